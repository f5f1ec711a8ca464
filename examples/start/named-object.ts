import { seededRandom } from '@tgm/masking';
import type { TextTable } from '@tgm/report';
import type { CaptionedClip } from '@tgm/train';
import { hiddenShare } from '../moving-shapes/index.js';
import { intervalOf, intervalText } from '../trust/interval.js';
import { demoMasks } from './demo-masks.js';
import { demoModel } from './demo-model.js';
import type { VideoSet } from './source.js';

/** Parts of the test set, by the name of the set's subsets; absent: all of it. */
const COLUMNS = [
  ['all', undefined],
  ['object moves', 'moving'],
  ['object rests', 'still'],
  ['camera moves', 'drift'],
] as const;

/** How much of the named object each mask hides, on all test clips; undefined where nobody knows where it is. */
export function namedObjectTable(
  clips: readonly CaptionedClip[],
  set: VideoSet,
  ratio: number,
  seed: number,
): TextTable | undefined {
  const { objects, subsets = {} } = set;
  if (!objects) return undefined;
  const { grid } = demoModel();
  const coverages = clips.map(({ sample }) => objects.coverage(sample.id));
  const rows = Object.entries(demoMasks(ratio)).map(([name, strategy]) => {
    const shares = clips.flatMap((clip, index) => {
      const random = seededRandom(seed, 'named object', clip.id, name);
      const cues = { tokenScores: clip.captions[0]!.tokenScores, motion: clip.motion };
      const share = hiddenShare(strategy.mask({ grid, random, cues }), coverages[index]!);
      return share ? [{ id: clip.sample.id, tokens: share.tokens }] : [];
    });
    const cells = COLUMNS.map(([, subset]) => {
      const some = shares.filter(({ id }) => subset === undefined || subsets[subset]?.has(id));
      return some.length > 0 ? intervalText(intervalOf(some.map(({ tokens }) => tokens))) : undefined;
    });
    return { name, cells };
  });
  return {
    title: 'What the masks hide of the named object',
    lead: `Share of the object’s patches (more than 5 % covered), in per cent with its 95 % interval over ${clips.length} test clips. Each mask hides ${Math.round(100 * ratio)} % of all patches.`,
    columns: ['mask', ...COLUMNS.map(([name]) => name)],
    rows,
    notes: ['npm run trust measures all masks, with wrong captions and other CLIP features.'],
  };
}
