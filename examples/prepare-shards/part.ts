import { ProgramError } from '../program/errors.js';
/** `3/16` as part 3, from 0, of 16. */
export function parsePart(text: string): { index: number; count: number } {
  const [, index, count] = /^(\d+)\/(\d+)$/.exec(text) ?? [];
  if (index === undefined || Number(index) >= Number(count)) {
    throw new ProgramError('OPTION_INVALID', {
      where: 'prepare-shards, option shard',
      expected: '<part from 0>/<parts>, such as 3/16',
      received: `"${text}"`,
    });
  }
  return { index: Number(index), count: Number(count) };
}
