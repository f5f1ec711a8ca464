import { chooseIndices, seededRandom } from '@tgm/masking';

/** Which example stands at a position of the endless training stream. */
export type SampleOrder = (position: number) => { readonly epoch: number; readonly index: number };

/**
 * Every epoch is a fresh permutation of all examples, a pure function of (seed, epoch), so that a run resumes
 * at any position without replaying what came before. Batches run across epoch ends.
 */
export function sampleOrder(length: number, seed: number): SampleOrder {
  let epochInHand = -1;
  let permutation: Uint32Array = new Uint32Array(0);
  return (position) => {
    const epoch = Math.floor(position / length);
    if (epoch !== epochInHand) {
      permutation = chooseIndices(length, length, seededRandom(seed, 'order', epoch));
      epochInHand = epoch;
    }
    return { epoch, index: permutation[position % length]! };
  };
}
