import { join } from 'node:path';
import { seededRandom, type TokenGrid, type TokenScores } from '@tgm/masking';
import { clipModelPatchTextEncoder, loadClipModel, type PatchFeaturesVariant } from '@tgm/models';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import { type DecodedClip, decodeClips, scoreClips } from '@tgm/train';
import { readManifest, testRecipe, type VideoSample, videoPool } from '@tgm/video-io';
import {
  type Box,
  COLOUR_NAMES,
  COVERAGE_CELLS,
  captionsOf,
  FRAME_COUNT,
  FRAME_SIZE,
  makeMovingShapes,
  manifestPath,
  renderScene,
  type Scene,
  SHAPES,
  STILL_ACTIONS,
  sceneOf,
  secondBody,
  tokenCoverage,
} from '../moving-shapes/index.js';
import { progress } from '../start/progress.js';

/** What the tokens of a clip are scored against. */
export type Wording =
  /** The caption that names the object. */
  | 'own'
  /** The same of another clip, as `scoreClips` draws it. */
  | 'shuffled'
  /** The own one with another colour and another shape. */
  | 'wrong'
  /** With the background, the smaller shapes and the camera. */
  | 'scene'
  /** With one of the smaller shapes. */
  | 'pair'
  /** That smaller shape alone. */
  | 'second';

/** A decoded clip with its ground truth. */
export interface KnownClip extends DecodedClip {
  readonly grid: TokenGrid;
  /** [tokens] share of each token that the named object covers, in [0, 1]. */
  readonly coverage: Float32Array;
  /** [tokens] the same of what shows of the smaller shape that `pair` and `second` name. */
  readonly secondCoverage: Float32Array;
  /** The smaller shape has the named object's colour. */
  readonly sameColour: boolean;
  /** [slices] of the named object in the first frame of each slice, in pixels of `frames`. */
  readonly boxes: readonly Box[];
  /** The named object stays where it is. */
  readonly still: boolean;
  /** The camera moves. */
  readonly drift: boolean;
  readonly wordings: Readonly<Record<Wording, string>>;
  readonly scores: Readonly<Record<PatchFeaturesVariant, Readonly<Record<Wording, TokenScores>>>>;
}

export interface KnownClipsOptions {
  /** Folder of made data sets. */
  readonly data: string;
  readonly seed: number;
  readonly clips: number;
  readonly workers: number;
  readonly engine: Engine;
  /** Folder of the CLIP that scores. */
  readonly clipModel: string;
  readonly signal: AbortSignal;
}

export const VARIANTS: readonly PatchFeaturesVariant[] = ['value', 'value-residual', 'raw'];

/** The clip that a video model reads: as in the demo. */
const SIZE = { width: 64, height: 64 };
const STRIDE = 2;
const FRAMES_A_SLICE = 2;
const FRAMES = Array.from({ length: FRAME_COUNT / STRIDE }, (_, frame) => STRIDE * frame);
const GRID: TokenGrid = {
  slices: FRAMES.length / FRAMES_A_SLICE,
  rows: COVERAGE_CELLS,
  columns: COVERAGE_CELLS,
};

/** Clips of Moving Shapes: written as H.264 files, decoded with their motion vectors, and scored against captions. */
export async function knownClips(options: KnownClipsOptions): Promise<KnownClip[]> {
  const decoded = await decode(options);
  const scenes = decoded.map((_, index) => sceneOf({ seed: options.seed, split: 'test', index }));
  const wordings = scenes.map(wordingsOf);
  const scored = await score(options, decoded, wordings);
  return decoded.map((clip, index): KnownClip => {
    const scene = scenes[index]!;
    const { coverage, secondCoverage, boxes } = renderScene(scene, FRAMES);
    const { shuffled, scores } = scored[index]!;
    return {
      ...clip,
      grid: GRID,
      coverage: tokenCoverage(coverage, FRAMES_A_SLICE),
      secondCoverage: tokenCoverage(secondCoverage, FRAMES_A_SLICE),
      sameColour: secondBody(scene).colour === scene.object.colour,
      boxes: boxes.filter((_, frame) => frame % FRAMES_A_SLICE === 0).map(scaled),
      still: STILL_ACTIONS.has(scene.action),
      drift: scene.drift !== null,
      wordings: { ...wordings[index]!, shuffled },
      scores,
    };
  });
}

async function decode({ data, seed, clips, workers, signal }: KnownClipsOptions): Promise<DecodedClip[]> {
  const folder = join(data, `moving-shapes-trust-${seed}`);
  const made = progress('render and encode', clips, 'clips', 0, process.stderr);
  await makeMovingShapes({
    folder,
    train: 0,
    test: clips,
    seed,
    workers,
    signal,
    onProgress: ({ done }) => made.update(done),
  });
  made.end();
  const shown = progress('decode pixels and motion vectors', clips, 'clips', 0, process.stderr);
  const dataset = await readManifest(manifestPath(folder, 'test'));
  const pool = videoPool({ workers });
  const recipe = testRecipe({
    sampling: { kind: 'dense', stride: STRIDE },
    frameCount: FRAMES.length,
    size: SIZE,
    clips: 1,
    crops: 1,
  });
  try {
    const decoded: DecodedClip[] = [];
    const concurrency = 2 * workers;
    for await (const each of decodeClips({ dataset, pool, recipe, grid: GRID, concurrency, signal })) {
      if ('error' in each) throw each.error;
      decoded.push(...each.clips);
      shown.update(decoded.length);
    }
    signal.throwIfAborted();
    shown.end();
    return decoded;
  } finally {
    await pool.close();
  }
}

type OwnWordings = Readonly<Record<Exclude<Wording, 'shuffled'>, string>>;

/** The first caption of each kind. */
function wordingsOf(scene: Scene): OwnWordings {
  const { seed, split, index } = scene.key;
  const random = seededRandom('trust', 'wrong caption', seed, split, index);
  const other = <T>(all: readonly T[], own: T): T => {
    const others = all.filter((each) => each !== own);
    return others[Math.floor(random() * others.length)]!;
  };
  const { colour, shape } = scene.object;
  const wrong = { ...scene.object, colour: other(COLOUR_NAMES, colour), shape: other(SHAPES, shape) };
  const first = (all: readonly string[]): string => all[0]!;
  const { object, scene: whole, pair } = captionsOf(scene);
  const second = secondBody(scene);
  return {
    own: first(object),
    wrong: first(captionsOf({ ...scene, object: wrong }).object),
    scene: first(whole),
    pair: first(pair),
    second: `a small ${second.colour} ${second.shape}`,
  };
}

interface Scored {
  readonly shuffled: string;
  readonly scores: KnownClip['scores'];
}

/** Scores each clip against all wordings under each variant of CLIP's patch features. */
async function score(
  { engine, clipModel, signal }: KnownClipsOptions,
  clips: readonly DecodedClip[],
  wordings: readonly OwnWordings[],
): Promise<Scored[]> {
  const names = Object.keys(wordings[0]!) as (keyof OwnWordings)[];
  const checkpoint = await loadClipModel(clipModel);
  const total = VARIANTS.length * 2 * clips.length;
  const shown = progress('score patches against captions', total, 'passes', 0, process.stderr);
  let done = 0;
  const captioned = (clip: DecodedClip, captions: readonly string[]): DecodedClip => {
    const sample: VideoSample = { ...clip.sample, captions };
    return { ...clip, sample };
  };
  const found = clips.map(() => ({
    shuffled: '',
    scores: {} as Record<string, Record<string, TokenScores>>,
  }));
  for (const variant of VARIANTS) {
    const encoder = clipModelPatchTextEncoder({ ...checkpoint, engine, variant });
    for (const captions of ['own', 'shuffled'] as const) {
      const given = clips.map((clip, index) => {
        const { own, ...others } = wordings[index]!;
        return captioned(clip, captions === 'own' ? [own, ...Object.values(others)] : [own]);
      });
      let index = 0;
      for await (const group of scoreClips({ encoder, clips: given, grid: GRID, captions, signal })) {
        for (const clip of group) {
          const entry = found[index++]!;
          entry.scores[variant] ??= {};
          clip.captions.forEach(({ tokenScores, scoredCaption }, at) => {
            entry.scores[variant]![captions === 'own' ? names[at]! : captions] = tokenScores;
            if (scoredCaption !== undefined) entry.shuffled = scoredCaption;
          });
        }
        done += group.length;
        shown.update(done);
      }
      signal.throwIfAborted();
    }
  }
  shown.end();
  return found as unknown as Scored[];
}

const SCALE = SIZE.width / FRAME_SIZE;
const scaled = ({ x, y, width, height }: Box): Box => ({
  x: x * SCALE,
  y: y * SCALE,
  width: width * SCALE,
  height: height * SCALE,
});
