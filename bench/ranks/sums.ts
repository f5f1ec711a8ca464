/**
 * One of several ranks that sum arrays as gradients are summed. Arguments: rounds, and bytes of each array. Rank 0 prints a line for
 * each: the median of the seconds from the moment at which all ranks are there.
 */
import { mpiProcesses } from '@tgm/train';
import { median } from '../figure.js';

const [rounds, ...sizes] = process.argv.slice(2).map(Number);
const collective = await mpiProcesses();
for (const bytes of sizes) {
  const numbers = new Float32Array(bytes / Float32Array.BYTES_PER_ELEMENT);
  const seconds: number[] = [];
  // The first round is not counted: memory is touched, and connections are made.
  for (let round = 0; round <= rounds!; round++) {
    numbers.fill(collective.rank);
    await collective.barrier();
    const began = performance.now();
    await collective.allReduceSum(numbers);
    if (round > 0) seconds.push((performance.now() - began) / 1000);
  }
  if (collective.rank === 0) console.log(JSON.stringify({ bytes, seconds: median(seconds) }));
}
await collective.close();
