import { setImmediate as nextTurn } from 'node:timers/promises';
import { textGuidedMasking } from '@tgm/masking';
import type { TextTable } from '@tgm/report';
import { type Interval, intervalOf, intervalText } from './interval.js';
import type { KnownClip } from './known-clips.js';
import { CENTRE, type MaskEntry, RANDOM } from './mask-rows.js';
import { RATIOS, SHOWN_RATIO } from './masks-part.js';
import { type ClipShare, hiddenShares } from './measure-mask.js';
import type { TrustPart, TrustRow } from './part.js';
import { VARIANTS } from './score-clips.js';
import type { Wording } from './wordings.js';

/** What captions of each kind name. */
const NAMED = {
  own: 'the object',
  scene: 'the object, the background, the smaller shapes and the camera',
  pair: 'the object and a smaller shape',
  second: 'the smaller shape alone',
} as const satisfies Partial<Record<Wording, string>>;
type Captions = keyof typeof NAMED;
const KINDS = Object.keys(NAMED) as Captions[];

/** How much of each object a mask hides that follows a caption of one kind. */
interface CaptionRow extends TrustRow {
  readonly table: 'captions';
  /** Absent for masks that follow no caption. */
  readonly captions?: Captions;
  /** CLIP's patch features, or the mask that follows no caption. */
  readonly by: string;
  readonly ratio: number;
  /** Share of the object's tokens. */
  readonly object: Interval;
  /** Of the smaller shape's tokens, in clips where some of it shows. */
  readonly second?: Interval;
  /** The same where its colour is not the object's. */
  readonly secondOfOtherColour?: Interval;
}

/** Whether text-guided masks still find what captions name when they name more. */
export const captionsPart: TrustPart = {
  name: 'captions',
  note: 'captions that name an object, object and scene, two objects',
  async measure({ known, tell, signal }) {
    const clips = await known();
    const rows: CaptionRow[] = [];
    for (const entry of [
      ...KINDS.flatMap(entriesOf),
      ...[CENTRE, RANDOM].map((mask) => ({ by: mask.name, mask })),
    ]) {
      for (const ratio of RATIOS) {
        const row = measureCaptions(entry, ratio, clips);
        tell(row);
        rows.push(row);
      }
      await nextTurn(); // lets a signal be heard
      signal.throwIfAborted();
    }
    return { tables: [captionTable(rows)] };
  },
};

type CaptionEntry = Pick<CaptionRow, 'captions' | 'by'> & { readonly mask: MaskEntry };

const entriesOf = (captions: Captions): CaptionEntry[] =>
  VARIANTS.map((variant) => ({
    captions,
    by: variant,
    mask: {
      name: `captions ${captions}`,
      masking: (ratio) => textGuidedMasking({ ratio }),
      variant,
      wording: captions,
    },
  }));

const shareOf = (shares: readonly ClipShare[]): Interval =>
  intervalOf(shares.map(({ share }) => share.tokens));

/** Absent where there is no clip. */
const ifAny = <Name extends string>(name: Name, shares: readonly ClipShare[]) =>
  (shares.length > 0 ? { [name]: shareOf(shares) } : {}) as Partial<Record<Name, Interval>>;

function measureCaptions(
  { mask, ...entry }: CaptionEntry,
  ratio: number,
  clips: readonly KnownClip[],
): CaptionRow {
  const second = hiddenShares(mask, ratio, clips, ({ secondCoverage }) => secondCoverage).shares;
  return {
    table: 'captions',
    ...entry,
    ratio,
    object: shareOf(hiddenShares(mask, ratio, clips).shares),
    ...ifAny('second', second),
    ...ifAny(
      'secondOfOtherColour',
      second.filter(({ clip }) => !clip.sameColour),
    ),
  };
}

function captionTable(rows: readonly CaptionRow[]): TextTable {
  const shown = rows.filter(({ ratio }) => ratio === SHOWN_RATIO);
  const { object, second, secondOfOtherColour } = shown[0]!;
  return {
    title: `What longer captions point at, ratio ${SHOWN_RATIO}`,
    lead: 'Share of the tokens of each object that a text-guided mask hides, in per cent with its 95 % interval.',
    columns: ['the caption names', 'features', 'the object', 'the smaller shape', 'of another colour'],
    rows: shown.map((row) => ({
      name: row.captions === undefined ? 'no caption' : NAMED[row.captions],
      cells: [
        row.by,
        intervalText(row.object),
        row.second && intervalText(row.second),
        row.secondOfOtherColour && intervalText(row.secondOfOtherColour),
      ],
    })),
    notes: [
      `Clips: ${object.clips}; the smaller shape shows in ${second?.clips ?? 0}, in ${secondOfOtherColour?.clips ?? 0} with another colour than the object.`,
    ],
  };
}
