import type { Processes } from './processes.js';

/** Does something as several processes would at the same time. What each finds, in the order of ranks. */
export function asProcesses<Found>(
  size: number,
  act: (processes: Processes) => Promise<Found>,
): Promise<Found[]> {
  let all: Uint8Array[] = [];
  let waiting: ((all: Uint8Array[]) => void)[] = [];
  const allGather = (rank: number) => (bytes: Uint8Array) =>
    new Promise<Uint8Array[]>((resolve) => {
      all[rank] = bytes.slice();
      waiting.push(resolve);
      if (waiting.length < size) return;
      for (const told of waiting) told(all);
      [all, waiting] = [[], []];
    });
  return Promise.all(
    Array.from({ length: size }, (_, rank) => act({ rank, size, allGather: allGather(rank) })),
  );
}
