import { textGuidedMasking } from '@tgm/masking';
import type { TextTable } from '../report/report-data.js';
import { type Interval, intervalOf, intervalText } from './interval.js';
import { type KnownClip, VARIANTS, type Wording } from './known-clips.js';
import type { MaskEntry } from './mask-rows.js';
import { RATIOS, SHOWN_RATIO } from './masks-part.js';
import { type ClipShare, hiddenShares } from './measure-mask.js';
import type { TrustPart, TrustRow } from './part.js';

/** What captions of each level name. */
const LEVELS = {
  own: 'the object',
  scene: 'the object, the background, the smaller shapes and the camera',
  pair: 'the object and a smaller shape',
  second: 'the smaller shape alone',
} as const satisfies Partial<Record<Wording, string>>;
type Level = keyof typeof LEVELS;
const levels = Object.keys(LEVELS) as Level[];

/** How much of each object a mask hides that follows a caption of one level. */
interface LevelRow extends TrustRow {
  readonly table: 'levels';
  readonly level: Level;
  readonly variant: (typeof VARIANTS)[number];
  readonly ratio: number;
  /** Share of the object's tokens. */
  readonly object: Interval;
  /** Of the smaller shape's tokens, in clips where some of it shows. */
  readonly second: Interval;
  /** The same where its colour is not the object's. */
  readonly secondOfOtherColour: Interval;
}

/** Whether text-guided masks still find what captions name when they name more. */
export const levelsPart: TrustPart = {
  name: 'levels',
  note: 'captions that name an object, object and scene, two objects',
  async measure({ known, tell, signal }) {
    const clips = await known();
    const rows: LevelRow[] = [];
    for (const level of levels) {
      for (const variant of VARIANTS) {
        for (const ratio of RATIOS) {
          const row = measureLevel(level, variant, ratio, clips);
          tell(row);
          rows.push(row);
        }
      }
      signal.throwIfAborted();
    }
    return { tables: [levelTable(rows)] };
  },
};

const shareOf = (shares: readonly ClipShare[]): Interval =>
  intervalOf(shares.map(({ share }) => share.tokens));

function measureLevel(
  level: Level,
  variant: LevelRow['variant'],
  ratio: number,
  clips: readonly KnownClip[],
): LevelRow {
  const entry: MaskEntry = {
    name: `level ${level}`,
    masking: (of) => textGuidedMasking({ ratio: of }),
    variant,
    wording: level,
  };
  const second = hiddenShares(entry, ratio, clips, ({ secondCoverage }) => secondCoverage).shares;
  return {
    table: 'levels',
    level,
    variant,
    ratio,
    object: shareOf(hiddenShares(entry, ratio, clips).shares),
    second: shareOf(second),
    secondOfOtherColour: shareOf(second.filter(({ clip }) => !clip.sameColour)),
  };
}

function levelTable(rows: readonly LevelRow[]): TextTable {
  const shown = rows.filter(({ ratio }) => ratio === SHOWN_RATIO);
  const { object, second, secondOfOtherColour } = shown[0]!;
  return {
    title: `What longer captions point at, ratio ${SHOWN_RATIO}`,
    lead: 'Share of the tokens of each object that a text-guided mask hides, in per cent with its 95 % interval. A random mask hides 59.4 %.',
    columns: ['the caption names', 'features', 'the object', 'the smaller shape', 'of another colour'],
    rows: shown.map((row) => ({
      name: LEVELS[row.level],
      cells: [
        row.variant,
        intervalText(row.object),
        intervalText(row.second),
        intervalText(row.secondOfOtherColour),
      ],
    })),
    notes: [
      `Clips: ${object.clips}; the smaller shape shows in ${second.clips}, in ${secondOfOtherColour.clips} with another colour than the object.`,
    ],
  };
}
