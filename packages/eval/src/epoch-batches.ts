import { chooseIndices, seededRandom } from '@tgm/random';

/**
 * Batches of one epoch in a random order, all of one size. What is left over is left out, another part in each epoch, as
 * PyTorch's loader with `drop_last` does.
 */
export function epochBatches(count: number, batchSize: number, seed: number, epoch: number): Uint32Array[] {
  const order = chooseIndices(count, count, seededRandom('probe order', seed, epoch));
  const size = Math.min(batchSize, count);
  return Array.from({ length: Math.floor(count / size) }, (_, at) => order.slice(at * size, (at + 1) * size));
}
