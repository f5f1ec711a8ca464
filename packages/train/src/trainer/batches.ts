import type { Description, Json } from '@tgm/options';
import type { TensorTree } from '@tgm/tfjs-backend-onnx';

/** A sample that could not be read, told once. Its places go to other samples. */
export interface ReplacedSample {
  readonly id: string;
  /** The file, where the error names it. */
  readonly source?: string;
  readonly code: string;
  readonly message: string;
  /** The number of the sample that stands in for it. */
  readonly by: number;
}

/** One batch, or this process's share of it. */
export interface Batch<out Tensors extends TensorTree> {
  /** The trainer disposes them. */
  readonly tensors: Tensors;
  /** The samples that the clips are of, to be named when something goes wrong. [clips] */
  readonly ids: readonly string[];
  readonly clips: number;
  /**
   * Where the stream stands behind this very batch. Batches are made ahead, so the stream's own state runs in front of
   * training.
   */
  readonly after: Json;
  /** Samples that could not be read, whose places went to others. */
  readonly replaced: readonly ReplacedSample[];
  /**
   * What a loss that compares clips by their captions tells them by: `textKeys` of the captions and of the samples, [clips, 2] each. A
   * run whose first clips are all of one caption or sample ends with `NO_NEGATIVES`.
   */
  readonly compared?: { readonly captions: Int32Array; readonly samples: Int32Array };
  /** Gives memory under the tensors back to the stream, when they have been used. */
  release(): void;
}

/** Batches in order, without end or up to one. */
export interface BatchStream<out Tensors extends TensorTree> {
  /** The next batch; undefined at the end. */
  next(): Promise<Batch<Tensors> | undefined>;
  /** Ends what is made ahead. */
  close(): Promise<void>;
}

/** Where a run's batches come from. Whoever opens it twice at the same place gets the same batches. */
export interface Batches<out Tensors extends TensorTree> {
  describe(): Description | Promise<Description>;
  /** @param after the place to go on from, of an earlier batch; by default the beginning. */
  open(after?: Json): BatchStream<Tensors> | Promise<BatchStream<Tensors>>;
}
