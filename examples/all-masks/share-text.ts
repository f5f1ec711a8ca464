import type { MaskPicture } from '@tgm/report';

/** Whole per cent of the tokens that a mask hides. */
export const percentHidden = ({ masked }: MaskPicture, tokens: number): number =>
  Math.round((100 * masked.length) / tokens);

/** Which masks hide which share: `50 %: frame; running-cell. 60 %: random`. */
export function shareText(masks: readonly MaskPicture[], tokens: number): string {
  const named = new Map<number, string[]>();
  for (const mask of masks) {
    const percent = percentHidden(mask, tokens);
    named.set(percent, [...(named.get(percent) ?? []), mask.strategy]);
  }
  return [...named]
    .sort(([one], [other]) => one - other)
    .map(([percent, names]) => `${percent} %: ${names.join('; ')}`)
    .join('. ');
}
