import type * as tf from '@tensorflow/tfjs';
import type { Random } from '@tgm/masking';
import type { Params } from '@tgm/models';
import type { Description } from '@tgm/options';
import type { TensorTree } from '@tgm/tfjs-backend-onnx';

/** Named scalars. */
export type Scalars = Readonly<Record<string, tf.Scalar>>;

/** What the clips of a part give to a term of the whole batch: [clips of the part, …] each, in batch order. */
export type Rows = Readonly<Record<string, tf.Tensor>>;

/** How a parameter is trained. */
export interface ParameterGroup {
  /** Whether weight decay holds for it. */
  readonly decays: boolean;
  /** Factor of the learning rate, at least 0; 1 for most. Layer decay makes it smaller for early layers. */
  readonly rateScale: number;
}

/** What a part of a batch comes to. */
export interface PartOutputs {
  /** Means over the part's clips, before weighting. Which ones there are may depend on what is in the batch. */
  readonly terms: Scalars;
  /** What a term of the whole batch compares. */
  readonly rows?: Rows;
  /** What is worth knowing besides, without gradients: means over the part's clips. */
  readonly figures?: Scalars;
}

/** What the rows of a whole batch come to. */
export interface WholeOutputs {
  readonly terms: Scalars;
  readonly figures?: Scalars;
  /** The buffers for the next step; default: as they were. */
  readonly buffers?: Params;
}

/** A folder of a checkpoint for other programs, such as a model in Hugging Face's layout. */
export interface Artefact {
  /** Within the checkpoint; `.` for the checkpoint itself. */
  readonly folder: string;
  write(path: string): Promise<void>;
}

/**
 * What is learned: pure functions that are traced into the graph of a step.
 *
 * A batch may be computed in parts. `part` sees some of its clips, `whole` what all of them gave as rows, so that a term
 * which compares clips sees the whole batch. The total is the weighted sum of the terms of both.
 */
export interface Objective<in Batch extends TensorTree> {
  /** Weight of each term in the total, by its name. */
  readonly weights: Readonly<Record<string, number>>;
  /**
   * Whether its terms tell samples apart, so that nothing is learned from a step of one sample alone. Default: false. Where it is
   * true a run whose steps are all of one sample ends with `NO_NEGATIVES`.
   */
  readonly tellsSamplesApart?: boolean;
  /**
   * Fresh parameters, float32, and buffers, float32 or int32: tensors that are saved but not trained, such as a queue, a
   * codebook or a frozen teacher. The caller disposes both.
   *
   * @param given parameters that the run starts with in place of drawn ones, by name; they stay their owner's. A teacher that
   *   begins as a copy of what is trained is a copy of these where they are given.
   */
  init(random: Random, given: Params): { readonly params: Params; readonly buffers?: Params };
  part(params: Params, buffers: Params, batch: Batch): PartOutputs;
  /** Needed where parts give rows, and asked when any part of a batch does. */
  whole?(params: Params, buffers: Params, rows: Rows): WholeOutputs;
  group(name: string, shape: readonly number[]): ParameterGroup;
  /** What a checkpoint holds for other programs. */
  artefacts(params: Params, buffers: Params): readonly Artefact[];
  describe(): Description;
}
