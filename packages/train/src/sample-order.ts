import { seededRandom } from '@tgm/masking';

/** Which example stands at a position of the endless training stream. */
export type SampleOrder = (position: number) => { readonly epoch: number; readonly index: number };

/**
 * Every epoch is a fresh permutation of all examples, a pure function of (seed, epoch), so that a run resumes
 * at any position without replaying what came before. Batches run across epoch ends.
 */
export function sampleOrder(length: number, seed: number): SampleOrder {
  let epochInHand = -1;
  const permutation = new Uint32Array(length);
  return (position) => {
    const epoch = Math.floor(position / length);
    if (epoch !== epochInHand) {
      const random = seededRandom(seed, 'order', epoch);
      for (let i = 0; i < length; i++) permutation[i] = i;
      for (let i = length - 1; i > 0; i--) {
        const j = Math.floor(random() * (i + 1));
        const swapped = permutation[i]!;
        permutation[i] = permutation[j]!;
        permutation[j] = swapped;
      }
      epochInHand = epoch;
    }
    return { epoch, index: permutation[position % length]! };
  };
}
