import * as tf from '@tensorflow/tfjs';
import { chooseIndices, type MaskingStrategy, type Random, seededRandom } from '@tgm/masking';
import { frameTokens, type PixelScale, UNIT_PIXELS, type VideoMae } from '@tgm/models';
import { TrainError } from './errors.js';
import type { ExampleSource, TrainingExample } from './example-source.js';
import type { SampleOrder } from './sample-order.js';
import type { TokenBuffers } from './token-buffers.js';

/** One view of a batch: the tokens that the encoder sees. */
export type EncoderView = {
  /** [B, K, P] pixels in the model's scale. */
  readonly tokens: tf.Tensor3D;
  /** [B, K] int32 token numbers. */
  readonly positions: tf.Tensor2D;
};

export type BatchTensors = {
  readonly visible: EncoderView;
  /** [B, M] int32 numbers of the masked tokens that the decoder reconstructs. */
  readonly masked: tf.Tensor2D;
  /** [B, M, Q] their pixels in [0, 1], those that the model predicts. */
  readonly targetPixels: tf.Tensor3D;
  /** The view whose embedding meets the caption, when it is not `visible`. */
  readonly contrast?: EncoderView;
  /** [B, E] L2-normalised. */
  readonly textEmbedding?: tf.Tensor2D;
  /** [B] int32, equal for identical captions. */
  readonly captionGroup?: tf.Tensor1D;
};

export interface BatchOptions<Cues extends object> {
  readonly model: VideoMae;
  readonly examples: ExampleSource<Cues>;
  readonly masking: MaskingStrategy<Cues>;
  readonly contrastMasking?: MaskingStrategy<Cues>;
  /** Share of the masked tokens that is reconstructed, in (0, 1]. */
  readonly reconstructShare: number;
  readonly batchSize: number;
  readonly seed: number;
  readonly needsText: boolean;
}

interface DrawnExample<Cues extends object> {
  readonly example: TrainingExample<Cues>;
  readonly random: Random;
}

/** Makes batch number `step`: a pure function of (options, step). Its tokens lie in `buffers`. */
export async function makeBatch<Cues extends object>(
  options: BatchOptions<Cues>,
  order: SampleOrder,
  step: number,
  buffers: TokenBuffers,
): Promise<BatchTensors> {
  const { model, examples, masking, contrastMasking, batchSize, seed } = options;
  const drawn: DrawnExample<Cues>[] = [];
  for (let i = 0; i < batchSize; i++) {
    const { epoch, index } = order(step * batchSize + i);
    const random = seededRandom(seed, 'example', epoch, index);
    drawn.push({ example: await examples.load(index, random), random });
  }
  const masks = drawn.map(({ example, random }) => {
    const mask = masking.mask({ grid: model.grid, random, cues: example.cues });
    if (mask.masked.length === 0) {
      throw new TrainError('OPTION_INVALID', {
        where: `Masking strategy "${masking.name}" (ratio ${masking.ratio}), clip "${example.id}"`,
        expected: 'a hidden token to reconstruct',
        received: 'none',
      });
    }
    const masked = reconstructed(mask.masked, options.reconstructShare, random);
    return { visible: mask.visible, masked };
  });
  const text = options.needsText ? textTensors(drawn.map(({ example }) => example)) : {};
  const { tubeletSize } = model.config;
  const tokens = (
    purpose: string,
    indices: readonly Uint32Array[],
    scale: PixelScale,
    readFrames: number,
  ): tf.Tensor3D => {
    const cut = { ...model.config, readFrames };
    const size = (model.tokenSize / tubeletSize) * readFrames;
    const count = indices[0]!.length;
    const values = buffers(purpose, batchSize * count * size);
    drawn.forEach(({ example }, row) => {
      frameTokens(example.frames, cut, indices[row]!, scale, values, row * count * size);
    });
    return tf.tensor3d(values, [batchSize, count, size]);
  };
  const view = (purpose: string, indices: readonly Uint32Array[], strategy: string): EncoderView => ({
    positions: indexTensor(indices, strategy),
    tokens: tokens(purpose, indices, model.pixels, tubeletSize),
  });
  const visible = masks.map((mask) => mask.visible);
  const masked = masks.map((mask) => mask.masked);
  return {
    visible: view('visible', visible, masking.name),
    masked: indexTensor(masked, masking.name),
    targetPixels: tokens('masked', masked, UNIT_PIXELS, model.predictedFrames),
    ...(contrastMasking && options.needsText
      ? { contrast: view('contrast', secondMasks(contrastMasking), contrastMasking.name) }
      : {}),
    ...text,
  };

  function secondMasks(strategy: MaskingStrategy<Cues>): Uint32Array[] {
    return drawn.map(
      ({ example, random }) => strategy.mask({ grid: model.grid, random, cues: example.cues }).visible,
    );
  }
}

function reconstructed(masked: Uint32Array, share: number, random: Random): Uint32Array {
  if (share >= 1) return masked;
  const chosen = chooseIndices(Math.max(1, Math.floor(masked.length * share)), masked.length, random);
  return chosen.map((position) => masked[position]!);
}

function indexTensor(lists: readonly Uint32Array[], strategy: string): tf.Tensor2D {
  const count = lists[0]!.length;
  const values = new Int32Array(lists.length * count);
  lists.forEach((list, row) => {
    if (list.length !== count) {
      throw new TrainError('MASK_COUNT_CHANGED', {
        where: `Masking strategy "${strategy}", clip ${row} of a batch`,
        expected: `as many tokens as for clip 0, ${count}`,
        received: `${list.length}`,
      });
    }
    values.set(list, row * count);
  });
  return tf.tensor2d(values, [lists.length, count], 'int32');
}

function textTensors<Cues extends object>(
  examples: readonly TrainingExample<Cues>[],
): Pick<BatchTensors, 'textEmbedding' | 'captionGroup'> {
  const width = examples[0]!.textEmbedding?.length ?? 0;
  const values = new Float32Array(examples.length * width);
  const firstWith = new Map<string, number>();
  const groups = new Int32Array(examples.length);
  examples.forEach((example, row) => {
    if (example.textEmbedding === undefined || example.caption === undefined) {
      throw new TrainError('TEXT_MISSING', {
        where: `Example "${example.id}"`,
        expected: 'a caption and its embedding, which a video-text loss requires',
        received: example.caption === undefined ? 'no caption' : 'no embedding',
      });
    }
    values.set(example.textEmbedding, row * width);
    const first = firstWith.get(example.caption) ?? row;
    firstWith.set(example.caption, first);
    groups[row] = first;
  });
  return {
    textEmbedding: tf.tensor2d(values, [examples.length, width]),
    captionGroup: tf.tensor1d(groups, 'int32'),
  };
}
