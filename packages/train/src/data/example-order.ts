import { chooseIndices, type Random, seededRandom, uniformIndex } from '@tgm/masking';

/**
 * The order of a run and all that is drawn in it. A place is a number from 0 on, over all epochs; each epoch has one place
 * for each sample. Everything is a function of the seed and the place, whoever asks and when.
 */
export interface ExampleOrder {
  /** The sample at a place, or the one that stands in for it: `attempt` 0 is the first, and so on. */
  sample(place: number, attempt: number): number;
  /** The draws that loading makes: equal for all that are tried at the place. */
  loading(place: number): Random;
  /** The draws of one of the masks of an example of the sample there. */
  masking(place: number, example: number, mask: string): Random;
}

/** Permutations in hand: loads run ahead into the next epoch while places of the last one are filled. */
const EPOCHS_IN_HAND = 3;

export function exampleOrder(length: number, seed: number | string): ExampleOrder {
  const permutations = new Map<number, Uint32Array>();
  const keys = (place: number) => [Math.floor(place / length), place % length] as const;

  function permutation(epoch: number): Uint32Array {
    const known = permutations.get(epoch);
    if (known) return known;
    if (permutations.size >= EPOCHS_IN_HAND) permutations.delete(permutations.keys().next().value!);
    const made = chooseIndices(length, length, seededRandom(seed, 'order', epoch));
    permutations.set(epoch, made);
    return made;
  }

  return {
    sample(place, attempt) {
      const [epoch, within] = keys(place);
      if (attempt === 0) return permutation(epoch)[within]!;
      return uniformIndex(length, seededRandom(seed, 'substitute', epoch, within, attempt));
    },
    loading: (place) => seededRandom(seed, 'load', ...keys(place)),
    masking: (place, example, mask) => seededRandom(seed, 'mask', ...keys(place), example, mask),
  };
}
