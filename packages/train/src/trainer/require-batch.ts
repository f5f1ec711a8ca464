import { showValue } from '@tgm/options';
import type { TensorTree } from '@tgm/tfjs-backend-onnx';
import { TrainError } from '../errors.js';
import type { Batch, BatchStream } from './batches.js';

/**
 * That what `open` gave is a stream: somebody may have written it.
 *
 * @throws TrainError `OPTION_INVALID`
 */
export function requireStream(stream: BatchStream<TensorTree>): void {
  for (const name of ['next', 'close'] as const)
    if (typeof stream?.[name] !== 'function')
      refuse(`what open gives, ${name}`, 'a function', stream?.[name]);
}

/**
 * That what `next` gave is a batch of at least one clip, with a place behind it to go on from.
 *
 * @throws TrainError `OPTION_INVALID` that names the field.
 */
export function requireBatch(batch: Batch<TensorTree>): void {
  const { release, tensors, clips, ids, replaced, after } = batch;
  const require = (holds: boolean, field: keyof Batch<TensorTree>, expected: string) => {
    if (!holds) refuse(`${field} of a batch`, expected, batch[field]);
  };
  require(typeof release ===
    'function', 'release', 'a function, which is called when the tensors are not needed any more');
  require(typeof tensors === 'object' && tensors !== null, 'tensors', 'tensors, by name');
  require(Number.isSafeInteger(clips) && clips > 0, 'clips', 'at least one clip');
  require(Array.isArray(ids), 'ids', 'a list with the id of each clip');
  require(Array.isArray(
    replaced,
  ), 'replaced', 'a list of the samples that others stand in for, mostly empty');
  require(after !== undefined, 'after', 'the place behind the batch, which open is given to go on from');
}

function refuse(where: string, expected: string, received: unknown): never {
  throw new TrainError('OPTION_INVALID', {
    where: `trainer, option batches, ${where}`,
    expected,
    received: received === undefined ? 'nothing' : showValue(received),
  });
}
