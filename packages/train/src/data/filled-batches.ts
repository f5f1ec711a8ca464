import type { TensorTree } from '@tgm/tfjs-backend-onnx';
import { tensorOf } from '../checkpoint/host-tensors.js';
import type { HostTensor } from '../checkpoint/saved-run.js';
import type { Batch, BatchStream } from '../trainer/batches.js';
import type { DrawnExample, ExampleStream } from './examples.js';
import type { TokenFiller, TokenJob } from './fill-tokens.js';
import type { NumberBuffers } from './number-buffers.js';

/** A batch on the host whose tokens are still to be cut. */
export interface BatchNumbers<Host extends object> {
  /** Records of host tensors. */
  readonly host: Host;
  /** They fill the tokens and pixels. */
  readonly jobs: readonly TokenJob[];
  /** As `Batch` has it. */
  readonly compared?: Batch<TensorTree>['compared'];
  /** Arrays of the buffers that the batch lies in. */
  readonly taken: readonly Float32Array[];
}

export interface FilledBatchesParts {
  readonly stream: ExampleStream<object>;
  /** Examples of a batch, this rank's share. */
  readonly share: number;
  readonly buffers: NumberBuffers;
  readonly filler: TokenFiller;
  /** Batches in the making at a time. */
  readonly atOnce: number;
  numbers(drawn: readonly DrawnExample<object>[]): BatchNumbers<object>;
}

/** The batches of a stream of examples, made ahead: their numbers, then their tokens by the filler. */
export function filledBatches<Tensors extends TensorTree>(parts: FilledBatchesParts): BatchStream<Tensors> {
  const { stream, share, buffers, filler, atOnce } = parts;
  const making: ReturnType<typeof make>[] = [];

  async function make() {
    const drawn = await stream.next(share);
    const { host, jobs, taken, compared } = parts.numbers(drawn.examples);
    const filled = await filler.fill(jobs);
    return { drawn, host, filled, compared, taken: taken.map((array) => filled.get(array)!) };
  }

  function begin(): void {
    const batch = make();
    // It is awaited in its turn. Avoids an unhandled rejection until then.
    batch.catch(() => undefined);
    making.push(batch);
  }

  return {
    async next(): Promise<Batch<Tensors>> {
      while (making.length < atOnce) begin();
      const { drawn, host, filled, compared, taken } = await making.shift()!;
      let lent = true;
      return {
        tensors: tensorsOf(host, filled) as Tensors,
        ids: drawn.examples.map(({ example }) => example.id),
        clips: drawn.examples.length,
        after: drawn.after,
        replaced: drawn.replaced,
        ...(compared ? { compared } : {}),
        release() {
          if (lent) buffers.giveBack(taken);
          lent = false;
        },
      };
    },
    async close() {
      await stream.close();
      await Promise.allSettled(making);
      await filler.close();
    },
  };
}

/** The same structure with tensors. */
function tensorsOf(node: object, filled: ReadonlyMap<unknown, Float32Array>): unknown {
  if (isHostTensor(node)) return tensorOf({ shape: node.shape, data: filled.get(node.data) ?? node.data });
  return Object.fromEntries(
    Object.entries(node).map(([name, each]) => [name, tensorsOf(each as object, filled)]),
  );
}

const isHostTensor = (node: object): node is HostTensor => 'shape' in node && 'data' in node;
