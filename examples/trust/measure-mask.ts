import { seededRandom } from '@tgm/masking';
import { type HiddenShare, hiddenShare } from '../moving-shapes/index.js';
import { type Interval, intervalOf } from './interval.js';
import type { KnownClip } from './known-clips.js';
import { cuesOf, type MaskEntry } from './mask-rows.js';
import type { TrustRow } from './part.js';

/** Parts of the clips, by what moves. */
export const GROUPS = {
  all: () => true,
  'object moves': (clip: KnownClip) => !clip.still,
  'object rests': (clip: KnownClip) => clip.still,
  'camera rests': (clip: KnownClip) => !clip.drift,
  'camera moves': (clip: KnownClip) => clip.drift,
  'both rest': (clip: KnownClip) => clip.still && !clip.drift,
} as const satisfies Record<string, (clip: KnownClip) => boolean>;
export type Group = keyof typeof GROUPS;

/** How much of the named object one strategy hides at one ratio. */
export interface MaskRow extends TrustRow {
  readonly table: 'masks';
  readonly name: string;
  readonly note?: string;
  /** CLIP's patch features and the caption, of masks that follow one. */
  readonly variant?: string;
  readonly wording?: string;
  readonly ratio: number;
  /** Share of all tokens that is hidden. */
  readonly hidden: number;
  /** Share of the object's tokens that is hidden; a group without clips is absent. */
  readonly tokens: Partial<Record<Group, Interval>>;
  /** Share of the object's pixels that is hidden, over all clips. */
  readonly pixels: Interval;
}

/** A clip with the share of an object that a mask hides of it. */
export interface ClipShare {
  readonly clip: KnownClip;
  readonly share: HiddenShare;
}

/**
 * Masks every clip once; draws are named by the clip and the entry.
 *
 * @param coverageOf of the object that is looked for. A clip without a token of it is left out.
 */
export function hiddenShares(
  entry: MaskEntry,
  ratio: number,
  clips: readonly KnownClip[],
  coverageOf: (clip: KnownClip) => Float32Array = ({ coverage }) => coverage,
): { readonly shares: readonly ClipShare[]; readonly hidden: number } {
  const strategy = entry.masking(ratio);
  let hidden = 0;
  const shares = clips.flatMap((clip): ClipShare[] => {
    const random = seededRandom('trust', clip.id, entry.name, ratio);
    const mask = strategy.mask({
      grid: clip.grid,
      random,
      cues: cuesOf(clip, entry),
      epoch: entry.epoch ?? 0,
    });
    hidden = mask.masked.length / (mask.masked.length + mask.visible.length);
    const share = hiddenShare(mask, coverageOf(clip));
    return share ? [{ clip, share }] : [];
  });
  return { shares, hidden };
}

/** One row of the table: the named object under one strategy at one ratio. */
export function measureMask(entry: MaskEntry, ratio: number, clips: readonly KnownClip[]): MaskRow {
  const { shares, hidden } = hiddenShares(entry, ratio, clips);
  const tokens: Partial<Record<Group, Interval>> = {};
  for (const [group, holds] of Object.entries(GROUPS) as [Group, (clip: KnownClip) => boolean][]) {
    const values = shares.filter(({ clip }) => holds(clip)).map(({ share }) => share.tokens);
    if (values.length > 0) tokens[group] = intervalOf(values);
  }
  const pixels = intervalOf(shares.map(({ share }) => share.pixels));
  const { name, note, variant, wording } = entry;
  return {
    table: 'masks',
    name,
    ...(note !== undefined && { note }),
    ...(variant !== undefined && { variant }),
    ...(wording !== undefined && { wording }),
    ratio,
    hidden,
    tokens,
    pixels,
  };
}
