import { TrainError } from '../errors.js';
import type { ReplacedSample } from '../trainer/batches.js';
import type { BadExamples } from './bad-examples.js';
import { type FileFault, factsOf } from './example-fault.js';
import type { ExampleOrder } from './example-order.js';
import type { ExampleSource, OpenOptions, TrainingExample } from './examples.js';
import { type LoadedSample, loadSample } from './load-sample.js';

export interface PlaceInHandParts<Cues extends object> {
  readonly source: ExampleSource<Cues>;
  readonly order: ExampleOrder;
  readonly place: number;
  readonly bad: BadExamples;
  readonly require: OpenOptions['require'];
  /** True when the stream has ended: nothing more is to be loaded. */
  readonly closed: () => boolean;
}

/** What a place came to. */
export interface SettledPlace<Cues extends object> {
  readonly examples: readonly TrainingExample<Cues>[];
  /** Samples that were found bad here. */
  readonly replaced: readonly ReplacedSample[];
}

/** A place of the order whose sample is loaded before its turn comes. */
export interface PlaceInHand<Cues extends object> {
  /** Loads what will probably be asked for; its errors wait until the place is settled. */
  ahead(): Promise<void>;
  /**
   * In the place's turn. Takes the first of the place's samples that is not bad by then, wherever it was found bad. What
   * was loaded ahead is used if it is still wanted, so that the result does not depend on when it was loaded.
   */
  settle(): Promise<SettledPlace<Cues>>;
}

export function placeInHand<Cues extends object>(parts: PlaceInHandParts<Cues>): PlaceInHand<Cues> {
  const { source, order, place, bad, closed, require } = parts;
  const loads = new Map<number, Promise<LoadedSample<Cues>>>();

  function load(index: number): Promise<LoadedSample<Cues>> {
    const begun = loads.get(index) ?? loadSample(source, index, order.loading(place), require);
    loads.set(index, begun);
    return begun;
  }

  /** Tries the place's samples in their order. `found` hears of each that turns out to be bad. */
  async function choose(
    found: (index: number, fault: FileFault) => void | Promise<void>,
  ): Promise<{ readonly index: number; readonly examples: readonly TrainingExample<Cues>[] } | undefined> {
    const tried = new Set<number>();
    for (let attempt = 0; tried.size < source.length; attempt++) {
      const index = order.sample(place, attempt);
      if (tried.has(index)) continue;
      tried.add(index);
      if (bad.size > 0 && bad.has(await source.id(index))) continue;
      if (closed()) return undefined;
      const loaded = await load(index);
      if (Array.isArray(loaded)) return { index, examples: loaded };
      await found(index, loaded as FileFault);
    }
    return undefined;
  }

  return {
    async ahead() {
      // More faults than the run has room for will end it in this place's turn, or earlier.
      let room = bad.room();
      const enough = new Error('no more room');
      await choose(() => {
        room -= 1;
        if (room < 0) throw enough;
      }).catch(() => undefined);
    },
    async settle() {
      const found: { readonly id: string; readonly fault: FileFault }[] = [];
      const chosen = await choose(async (index, fault) => {
        const id = await source.id(index);
        await bad.add(id, fault);
        found.push({ id, fault });
      });
      if (chosen === undefined) throw noneLeft(source.length, found.at(-1)?.fault);
      const replaced = found.map(({ id, fault }) => ({ id, ...factsOf(fault), by: chosen.index }));
      for (const each of replaced) bad.tell(each);
      return { examples: chosen.examples, replaced };
    },
  };
}

function noneLeft(length: number, fault: FileFault | undefined): TrainError {
  return new TrainError('NO_EXAMPLES', {
    where: 'shuffled',
    expected: 'a sample that can be read',
    received: `none among ${length}`,
    ...(fault && { advice: fault.message, cause: fault }),
  });
}
