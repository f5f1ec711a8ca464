import { passing } from '@tgm/options';

/** A share of some work: part `index`, from 0, of `count`. */
export interface Part {
  readonly index: number;
  readonly count: number;
}

/** `3/16`, part 3 of 16, from 0. */
export const partField = () =>
  passing('<part from 0>/<parts>, such as 3/16', (value): value is string => partOf(value) !== undefined);

/** The part that a text names; nothing where it names none. */
export function partOf(text: unknown): Part | undefined {
  const [, index, count] = (typeof text === 'string' && /^(\d+)\/(\d+)$/.exec(text)) || [];
  if (index === undefined || Number(index) >= Number(count)) return undefined;
  return { index: Number(index), count: Number(count) };
}

/** What one of several processes takes of a part: another part of the whole. */
export function ownPart(
  text: string,
  { rank, size }: { readonly rank: number; readonly size: number },
): string {
  const { index, count } = partOf(text)!;
  return `${index + count * rank}/${count * size}`;
}
