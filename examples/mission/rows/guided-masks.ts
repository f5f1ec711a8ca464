import {
  attentionMasking,
  flowGuidedMasking,
  motionBinsMasking,
  motionGuidedMasking,
  predictionErrorCue,
  saliencyCue,
  seededRandom,
  semanticMasking,
  type TokenMask,
  textGuidedMasking,
} from '@tgm/masking';
import { sampleLoader } from '@tgm/video-io';
import { figure } from '../figure.js';
import { hiddenShare, maskOf, mean, percent, speeds, visibleCells } from '../mask-measures.js';
import type { Row } from '../row.js';
import { type SeenCues, seenClips } from '../seen-clips.js';
import { SIZE, STRIDE, wholeVideo } from '../settings.js';
import type { World } from '../world.js';
import type { Clip } from '../world-clips.js';

/** Masks that follow motion, or what a teacher sees. */
export const guidedMaskRows: readonly Row[] = [
  {
    name: 'MGM',
    part: 'masking',
    runs: "motionGuidedMasking 0.5, the codec's vectors",
    reading: 'where the paper gives no rule for the box, ours stands',
    async run(world) {
      const strategy = motionGuidedMasking({ ratio: 0.5, camera: 'keep' });
      const motion = hiddenShare(world, world.clips, strategy, speeds);
      return figure(
        `the box holds ${percent(motion)} of all motion, chance 50 %`,
        motion > 65,
        'a box where most moves',
      );
    },
  },
  {
    name: 'MGMAE',
    part: 'masking',
    runs: "flowGuidedMasking 0.9, flow from the codec's vectors",
    reading: 'the flow is that of the codec and not of RAFT',
    async run(world) {
      const strategy = flowGuidedMasking({ ratio: 0.9 });
      const changeOf = (clips: readonly Clip[]): number =>
        100 * mean(clips.map((clip) => shownChange(clip, maskOf(world, strategy, clip))));
      const [follows, stays] = [changeOf(world.clips), changeOf(world.clips.map(withoutFlow))];
      return figure(
        `the shown share of the named object changes by ${follows.toFixed(1)} points from slice to slice, without flow by ${stays.toFixed(1)}`,
        follows < 0.9 * stays,
        'masks that show the same of the object throughout the clip',
      );
    },
  },
  {
    name: 'TrackMAE motion bins',
    part: 'masking',
    runs: 'motionBinsMasking 0.8',
    reading: "the codec's vectors stand in for point tracks",
    async run(world) {
      const strategy = motionBinsMasking();
      const shares = world.clips.map((clip) => {
        const moved = new Float32Array(64);
        for (const [token, speed] of speeds(clip).entries()) moved[token % 64]! += speed;
        const middle = moved.toSorted()[32]!;
        const cells = visibleCells(maskOf(world, strategy, clip))[0]!;
        // A cell that moves as far as the middle one may be of either half.
        const [above, below] = [
          cells.filter((cell) => moved[cell]! > middle),
          cells.filter((cell) => moved[cell]! < middle),
        ];
        return above.length <= 6 && below.length <= 7 && cells.length === 13;
      });
      return figure(
        `13 of 64 cells shown in each of ${shares.length} clips, 6 of the half that moves most and 7 of the other`,
        shares.every(Boolean),
        'at most 6 shown cells that move more than the middle one, and 7 that move less',
      );
    },
  },
  {
    name: 'OneVision-Encoder saliency',
    part: 'masking',
    runs: 'saliencyCue of motion and prediction error, textGuidedMasking 0.25 per clip',
    reading: 'what motion does not explain stands in for the residual of the codec',
    async run(world) {
      const salient = await salientClips(world, world.clips.slice(0, 24));
      const strategy = textGuidedMasking({ ratio: 0.25, per: 'clip' });
      const share = hiddenShare(world, salient, strategy, ({ coverage }) => coverage);
      return figure(
        `the quarter that is salient holds ${percent(share)} of the named object, chance 25 %`,
        share > 35,
        'more of the object than by chance',
      );
    },
  },
  {
    name: 'AttMask',
    part: 'masking',
    runs: "attentionMasking high, low and hint, CLIP's attention",
    async run(world) {
      const clips = await seenClips(world);
      const attended = (select: 'high' | 'low' | 'hint'): number =>
        hiddenShare(world, clips, attentionMasking({ ratio: 0.5, select }), ({ cues }) => cues.attention);
      const [high, hint, low] = [attended('high'), attended('hint'), attended('low')];
      return figure(
        `hides ${percent(high)} of the attention, with hints ${percent(hint)}, low ${percent(low)}; chance 50 %`,
        high > hint && hint > 50 && low < 45 && Math.abs(high + low - 100) < 1e-3,
        'most of the attention under high, the rest under low',
      );
    },
  },
  {
    name: 'UMT masks',
    part: 'masking',
    runs: "attentionMasking keep 0.8, CLIP's attention",
    async run(world) {
      const clips = await seenClips(world);
      const kept =
        100 -
        hiddenShare(
          world,
          clips,
          attentionMasking({ ratio: 0.8, select: 'keep' }),
          ({ cues }) => cues.attention,
        );
      const most =
        100 -
        hiddenShare(
          world,
          clips,
          attentionMasking({ ratio: 0.8, select: 'low' }),
          ({ cues }) => cues.attention,
        );
      return figure(
        `shows ${percent(kept)} of the attention in 20 % of the tokens, the most possible ${percent(most)}`,
        kept > 22 && kept < most,
        'more than chance, less than a ranking',
      );
    },
  },
  {
    name: 'SemMAE',
    part: 'masking',
    runs: "semanticMasking 0.5, clusters of CLIP's features",
    reading: 'parts are clusters of a teacher and not of a learned model of parts',
    async run(world) {
      const clips = await seenClips(world);
      const strategy = semanticMasking({ ratio: 0.5, epochs: 100 });
      const atOnce = (epoch: number): number =>
        mean(clips.map((clip) => wholeParts(clip, maskOf(world, strategy, clip, epoch))));
      const [begin, end] = [atOnce(0), atOnce(100)];
      return figure(
        `tokens of parts hidden or shown whole: ${percent(begin)} at first, ${percent(end)} at the end`,
        begin < 30 && end > begin + 30,
        'some of each part at first, whole parts at the end',
      );
    },
  },
];

/** The clips with saliency in place of the caption's scores, from another decoding with its vectors. */
async function salientClips({ pool, train, grid }: World, clips: readonly Clip[]): Promise<Clip[]> {
  const clipsOf = sampleLoader({ pool, recipe: wholeVideo(), motion: true });
  return Promise.all(
    clips.map(async (clip, index): Promise<Clip> => {
      const [loaded] = await clipsOf(await train.at(index), seededRandom('mission', clip.id));
      const { frames, motion: field } = loaded!;
      const error = predictionErrorCue({ frames, field: field!, grid, ...SIZE, framesPerStep: STRIDE });
      const tokenScores = saliencyCue({ motion: clip.cues.motion, error, grid });
      return { ...clip, cues: { ...clip.cues, tokenScores } };
    }),
  );
}

const withoutFlow = (clip: Clip): Clip => {
  const { flow } = clip.cues;
  const still = { backward: flow.backward.map(() => 0), forward: flow.forward.map(() => 0) };
  return { ...clip, cues: { ...clip.cues, flow: { ...flow, ...still } } };
};

/** How much the share of the named object that a mask shows changes from slice to slice, in the mean. */
function shownChange({ coverage }: Clip, mask: TokenMask): number {
  const cells = mask.grid.rows * mask.grid.columns;
  const shares = visibleCells(mask).map((shown, slice) => {
    const ofSlice = coverage.subarray(slice * cells, (slice + 1) * cells);
    const all = ofSlice.reduce((sum, share) => sum + share, 0);
    return shown.reduce((sum, cell) => sum + ofSlice[cell]!, 0) / Math.max(all, 1e-6);
  });
  return mean(shares.slice(1).map((share, at) => Math.abs(share - shares[at]!)));
}

/** Per cent of the tokens whose part is hidden as a whole, or shown as a whole, in their slice. */
function wholeParts({ cues: { parts } }: Clip<SeenCues>, { masked }: TokenMask): number {
  const hidden = new Set(masked);
  const members = new Map<string, number[]>();
  parts.forEach((part, token) => {
    const name = `${Math.floor(token / 64)} ${part}`;
    members.set(name, [...(members.get(name) ?? []), token]);
  });
  let whole = 0;
  for (const tokens of members.values()) {
    const count = tokens.filter((token) => hidden.has(token)).length;
    if (count === 0 || count === tokens.length) whole += tokens.length;
  }
  return (100 * whole) / parts.length;
}
