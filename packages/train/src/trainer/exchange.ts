import * as tf from '@tensorflow/tfjs';
import type { Params } from '@tgm/models';
import type { Json } from '@tgm/options';
import type { Collective } from '../collective/collective.js';
import { gatherJson } from '../collective/gather-json.js';
import { TrainError } from '../errors.js';
import { inBatchOrder } from './in-batch-order.js';
import type { Rows, Scalars } from './objective.js';

/** What the parts of a step on one process come to, terms and figures weighted by their clips. */
export interface Told {
  readonly terms: Scalars;
  readonly figures: Scalars;
}

/** The parts of a step on all processes. */
export interface AllParts {
  /** Clips of all of them. */
  readonly clips: number;
  /**
   * Rows of each part, in the order of the batch: of the first batch the share of each rank, and so on. The caller disposes those
   * of other processes, `foreign`.
   */
  readonly rows: readonly Rows[];
  readonly foreign: readonly Rows[];
  /** Where this process's parts stand among them. */
  readonly own: readonly number[];
}

/** What processes that take a step together tell each other. One process alone tells nothing, and its tensors stay where they are. */
export interface Exchange {
  /** Whether what is counted once, such as a term of all rows, is counted by this process. */
  readonly counts: boolean;
  parts(rows: readonly Rows[], clips: number): Promise<AllParts>;
  /** Uses the sums of gradients of this process up, and gives those of all. */
  gradients(sum: Params): Promise<Params>;
  /** Uses what the parts of this process came to up, and gives what those of all did, by name. */
  told(parts: readonly Told[]): Promise<Told>;
}

export function exchangeOf(collective: Collective): Exchange {
  return collective.size > 1 ? among(collective) : ALONE;
}

const ALONE: Exchange = {
  counts: true,
  parts: async (rows, clips) => ({ clips, rows, foreign: [], own: rows.map((_, at) => at) }),
  gradients: async (sum) => sum,
  async told(parts) {
    const told = {
      terms: summed(parts.map(({ terms }) => terms)),
      figures: summed(parts.map(({ figures }) => figures)),
    };
    tf.dispose(parts as unknown as tf.TensorContainer);
    return told;
  },
};

function among(collective: Collective): Exchange {
  const { rank } = collective;
  return {
    counts: rank === 0,
    async parts(rows, clips) {
      const described = rows.map((part) =>
        Object.entries(part).map(([name, { shape, dtype }]) => ({ name, shape, dtype })),
      );
      const all = (await gatherJson(collective, { clips, described } as unknown as Json)) as unknown as {
        clips: number;
        described: typeof described;
      }[];
      const total = all.reduce((sum, each) => sum + each.clips, 0);
      const bytes = await collective.allGather(await bytesOf(rows));
      const of = all.map((each, other) => (other === rank ? rows : rowsFrom(each.described, bytes[other]!)));
      const ordered = inBatchOrder(
        of.map((theirs, other) => theirs.map((part) => [{ part, isOwn: other === rank }])),
      );
      return {
        clips: total,
        rows: ordered.map(({ part }) => part),
        foreign: of.filter((_, other) => other !== rank).flat(),
        own: ordered.flatMap(({ isOwn }, at) => (isOwn ? [at] : [])),
      };
    },
    async gradients(sum) {
      const vectors = Object.entries(sum);
      const all = new Float32Array(vectors.reduce((total, [, vector]) => total + vector.size, 0));
      const parts: [string, Float32Array][] = [];
      let from = 0;
      for (const [group, vector] of vectors) {
        const part = all.subarray(from, from + vector.size);
        part.set(await vector.data<'float32'>());
        parts.push([group, part]);
        from += vector.size;
      }
      tf.dispose(sum as tf.NamedTensorMap);
      await collective.allReduceSum(all);
      return Object.fromEntries(parts.map(([group, part]) => [group, tf.tensor1d(part)]));
    },
    async told(parts) {
      const own = await Promise.all(parts.map(numbersOf));
      tf.dispose(parts as unknown as tf.TensorContainer);
      const all = ((await gatherJson(collective, own)) as unknown as (typeof own)[]).flat();
      return {
        terms: scalarsOf(all.map(({ terms }) => terms)),
        figures: scalarsOf(all.map(({ figures }) => figures)),
      };
    },
  };
}

/** The inverse of `bytesOf`. */
function rowsFrom(
  described: readonly (readonly { name: string; shape: number[]; dtype: tf.DataType }[])[],
  bytes: Uint8Array,
): Rows[] {
  let from = 0;
  return described.map((part) =>
    Object.fromEntries(
      part.map(({ name, shape, dtype }) => {
        const Kind = dtype === 'int32' ? Int32Array : Float32Array;
        const count = shape.reduce((product, length) => product * length, 1);
        const numbers = new Kind(bytes.buffer as ArrayBuffer, bytes.byteOffset + from, count);
        from += numbers.byteLength;
        // A tensor of its own memory: what was gathered is one array.
        return [name, tf.tensor(numbers.slice(), shape, dtype === 'int32' ? 'int32' : 'float32')];
      }),
    ),
  );
}

/** Numbers of 4 bytes each, one tensor after the other. */
async function bytesOf(rows: readonly Rows[]): Promise<Uint8Array> {
  const arrays: Uint8Array[] = [];
  for (const [name, tensor] of rows.flatMap((part) => Object.entries(part))) {
    requireNumbers(name, tensor);
    const { buffer, byteOffset, byteLength } = await tensor.data();
    arrays.push(new Uint8Array(buffer, byteOffset, byteLength));
  }
  const all = new Uint8Array(arrays.reduce((sum, { length }) => sum + length, 0));
  let from = 0;
  for (const array of arrays) {
    all.set(array, from);
    from += array.length;
  }
  return all;
}

function requireNumbers(name: string, { dtype }: tf.Tensor): void {
  if (dtype === 'float32' || dtype === 'int32') return;
  throw new TrainError('OPTION_INVALID', {
    where: `trainer, option objective, part, rows ${name}`,
    expected: 'float32 or int32, which processes exchange',
    received: dtype,
  });
}

type Numbers = Record<string, number>;

async function numbersOf({ terms, figures }: Told): Promise<{ terms: Numbers; figures: Numbers }> {
  const read = async (scalars: Scalars): Promise<Numbers> => {
    const numbers: Numbers = {};
    for (const [name, scalar] of Object.entries(scalars)) numbers[name] = (await scalar.data())[0]!;
    return numbers;
  };
  return { terms: await read(terms), figures: await read(figures) };
}

/** Sums by name, of records that may have different ones. */
function scalarsOf(records: readonly Numbers[]): Scalars {
  const sums: Numbers = {};
  for (const record of records)
    for (const [name, number] of Object.entries(record)) sums[name] = (sums[name] ?? 0) + number;
  return Object.fromEntries(Object.entries(sums).map(([name, sum]) => [name, tf.scalar(sum)]));
}

/** Scalars of several records added up by name. */
export function summed(records: readonly Scalars[]): Scalars {
  const names = [...new Set(records.flatMap((record) => Object.keys(record)))];
  return Object.fromEntries(
    names.map((name) => [
      name,
      tf.tidy(() => tf.addN(records.flatMap((record) => record[name] ?? []))) as tf.Scalar,
    ]),
  );
}
