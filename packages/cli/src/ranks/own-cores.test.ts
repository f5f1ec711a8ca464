import { availableParallelism } from 'node:os';
import { type Collective, singleProcess } from '@tgm/train';
import { expect, it } from 'vitest';
import { numbersIn, ownCores } from './own-cores.js';

it('reads lists of processors as Linux writes them', () => {
  expect(numbersIn('0-2,5,8-9')).toEqual([0, 1, 2, 5, 8, 9]);
  expect(numbersIn('3')).toEqual([3]);
  expect(numbersIn('')).toEqual([]);
});

/** This process among others, which say where they are. */
const among = (others: (own: Uint8Array) => readonly Uint8Array[]): Collective => ({
  ...singleProcess(),
  size: 1 + others(new Uint8Array()).length,
  allGather: async <Numbers>(own: Numbers) =>
    [own, ...others(own as unknown as Uint8Array)] as unknown as Numbers[],
});

it('shares cores among the ranks that may run on the same, and with no others', async () => {
  const elsewhere = new TextEncoder().encode('"another machine 0-1"');
  expect(await ownCores(singleProcess())).toBeUndefined();
  const cores = (await ownCores(among(() => [elsewhere])))!;
  expect(cores).toBeGreaterThanOrEqual(1);
  expect(cores).toBeLessThanOrEqual(availableParallelism());
  const shared = await ownCores(among((own) => [own, elsewhere]));
  expect(shared).toBe(Math.max(1, Math.floor(cores / 2)));
  expect(await ownCores(among((own) => Array.from({ length: 4 * cores }, () => own)))).toBe(1);
});
