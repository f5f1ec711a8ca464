import { setImmediate as nextTurn } from 'node:timers/promises';
import { progress } from '@tgm/cli/program';
import type { TextTable } from '@tgm/report';
import { intervalText } from './interval.js';
import { MASKS, type MaskEntry, TEXT_MASKS } from './mask-rows.js';
import { GROUPS, type Group, type MaskRow, measureMask } from './measure-mask.js';
import type { TrustPart } from './part.js';
import { picturedClips, pictureOf } from './pictures.js';

/** The paper's best ratio: the one that is shown by groups of clips. */
export const SHOWN_RATIO = 0.6;
/** A quarter beside the usual ones: as many tokens as the named object has, so that a mask must aim. */
export const RATIOS = [0.25, 0.5, 0.6, 0.7, 0.75, 0.8, 0.9] as const;

/** Masks that the report shows on some clips. */
const PICTURED: readonly string[] = [
  'random-slice',
  'motion, camera subtract',
  'text',
  'text, bottom',
  'text, shuffled caption',
  'text, wrong caption',
  'text, raw',
];

/** How much of what the caption names each mask hides. */
export const masksPart: TrustPart = {
  name: 'masks',
  note: 'the share of the named object that each mask hides',
  async measure({ known, tell, signal }) {
    const clips = await known();
    const entries = [...MASKS, ...TEXT_MASKS];
    const rows: MaskRow[] = [];
    const shown = progress('mask', entries.length, 'strategies', 0, process.stderr);
    for (const [done, entry] of entries.entries()) {
      for (const ratio of RATIOS) {
        const row = measureMask(entry, ratio, clips);
        tell(row);
        rows.push(row);
      }
      shown.update(done + 1);
      await nextTurn(); // lets a signal be heard
      signal.throwIfAborted();
    }
    shown.end();
    const pictured = entries.filter(({ name }) => PICTURED.includes(name));
    return {
      tables: [groupTable(entries, rows), ratioTable(entries, rows)],
      clips: picturedClips(clips).map((clip) => pictureOf(clip, pictured, SHOWN_RATIO)),
    };
  },
};

const groups = Object.keys(GROUPS) as Group[];

const rowOf = (rows: readonly MaskRow[], { name }: MaskEntry, ratio: number): MaskRow =>
  rows.find((row) => row.name === name && row.ratio === ratio)!;

function groupTable(entries: readonly MaskEntry[], rows: readonly MaskRow[]): TextTable {
  const { tokens } = rows[0]!;
  return {
    title: `The named object under each mask, ratio ${SHOWN_RATIO}`,
    lead: 'Share of the named object’s tokens that is hidden, in per cent with its 95 % interval. A token belongs to the object where more than 5 % of it is covered. Last column: the share of the object’s pixels.',
    columns: ['mask', ...groups, 'pixels'],
    rows: entries.map((entry) => {
      const row = rowOf(rows, entry, SHOWN_RATIO);
      const cells = groups.map((group) => row.tokens[group] && intervalText(row.tokens[group]));
      return { name: entry.name, ...noteOf(entry), cells: [...cells, intervalText(row.pixels)] };
    }),
    notes: [
      `Clips: ${groups.map((group) => `${group} ${tokens[group]?.clips ?? 0}`).join(', ')}. The clips are the units of the intervals.`,
    ],
  };
}

function ratioTable(entries: readonly MaskEntry[], rows: readonly MaskRow[]): TextTable {
  return {
    title: 'The named object by ratio',
    lead: 'The same share over all clips.',
    columns: ['mask', ...RATIOS.map(String)],
    rows: entries.map((entry) => ({
      name: entry.name,
      ...noteOf(entry),
      cells: RATIOS.map((ratio) => intervalText(rowOf(rows, entry, ratio).tokens.all!)),
    })),
  };
}

const noteOf = ({ note }: MaskEntry): { note?: string } => (note === undefined ? {} : { note });
