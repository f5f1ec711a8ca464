import * as tf from '@tensorflow/tfjs';
import { infoNce } from '@tgm/losses';
import { chooseIndices, seededRandom } from '@tgm/masking';
import type { Clip, ClipTokenizer, Params } from '@tgm/models';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import { type AdamWState, adamW, cosineSchedule } from '@tgm/train';
import { type ImageBatch, imageBatch, type TextBatch, textBatch } from './batch.js';
import type { Pair } from './pairs.js';

export interface TrainClipOptions {
  readonly model: Clip;
  readonly engine: Engine;
  /** For captions of level `object`: as short as they allow, since every place costs time. */
  readonly objectTokenizer: ClipTokenizer;
  /** For captions of level `scene`. */
  readonly sceneTokenizer: ClipTokenizer;
  readonly pairs: readonly Pair[];
  readonly steps: number;
  /** B, frames of a step. */
  readonly batchSize: number;
  /** At the end of the warm-up. */
  readonly learningRate: number;
  readonly seed: number;
}

export interface TrainClipProgress {
  /** Steps made. */
  readonly step: number;
  /** Of the whole images and of their patches: begins near chance, 2 ln B; absent in steps on text alone. */
  readonly imageText?: number;
  /** Begins near chance, ln 4 B. */
  readonly paraphrase: number;
  /** After this step; valid until the next one. The last ones are the caller's to dispose. */
  readonly params: Params;
}

type State = { readonly params: Params; readonly optimizer: AdamWState };
type StepInputs = {
  readonly state: State;
  readonly text: TextBatch;
  readonly images: readonly ImageBatch[];
  readonly learningRate: tf.Scalar;
};
type StepOutputs = {
  readonly state: State;
  readonly imageText: readonly tf.Tensor[];
  readonly paraphrase: tf.Tensor;
};

/** CLIP never scales its cosines by more (arXiv 2103.00020, section 2.5). */
const LARGEST_SCALE = 100;

/** Factor of the cosines between captions: at 10, captions of different meaning pay to be far apart. */
const PARAPHRASE_SCALE = 10;

const WARM_UP_SHARE = 0.05;

/**
 * Every fourth step learns from captions that describe the surroundings, and from text alone: matched with images, they
 * would draw the patches' features away from the object that the captions name.
 */
const SCENE_EVERY = 4;

function normalise(rows: tf.Tensor2D): tf.Tensor2D {
  return tf.div(rows, tf.sqrt(tf.add(tf.sum(tf.square(rows), 1, true), 1e-12)));
}

/**
 * Two contrasts of the frames with their own captions: CLIP's, on the image's embedding, and the same on the mean of its
 * patches' value features, which are what guides masks: with it 98 % of the object is hidden, without it 91 %, and 87 %
 * of objects at rest. Pairs that show the same object are not each other's negatives: no single frame shows the action,
 * and their captions differ in nothing else.
 */
function imageTextTerm(
  model: Clip,
  params: Params,
  { patches, object }: ImageBatch,
  texts: tf.Tensor2D,
): tf.Scalar {
  const [batch, count] = patches.shape;
  const text = tf.slice(texts, 0, batch) as tf.Tensor2D; // [B, E]
  const scale = tf.minimum(tf.exp(params.logit_scale!), LARGEST_SCALE) as tf.Scalar;
  const image = normalise(model.encodeImage(params, patches)); // [B, E]
  const features = tf.reshape(model.patchFeatures(params, patches, 'value'), [
    batch * count,
    -1,
  ]) as tf.Tensor2D;
  const mean = tf.mean(tf.reshape(normalise(features), [batch, count, -1]), 1) as tf.Tensor2D; // [B, E]
  const whole = infoNce({ rows: image, columns: text, scale, keys: [object] });
  const parts = infoNce({ rows: normalise(mean), columns: text, scale, keys: [object] });
  return tf.add(whole, parts) as tf.Scalar;
}

/** One optimisation step as a pure function of the state and the batch. */
function trainStep(model: Clip): (inputs: StepInputs) => StepOutputs {
  const optimizer = adamW();
  const names = model.parameters.map(({ name }) => name);
  return ({ state, text, images, learningRate }) => {
    let imageText: tf.Scalar[] = [];
    let paraphrase = tf.scalar(0);
    // TensorFlow.js wants gradients only of what the total depends on; the rest gets zeros.
    const learned = images.length > 0 ? names : names.filter((name) => name.startsWith('text_'));
    /** A caption finds its paraphrase among other scenes' and among those of its scene with another action. */
    const total = (...values: tf.Tensor[]): tf.Scalar => {
      const params = Object.fromEntries(learned.map((name, index) => [name, values[index]!]));
      const texts = normalise(model.encodeText(params, text.tokenIds, text.endPositions)); // [2 S, E]
      const [firsts, seconds] = tf.split(texts, 2) as [tf.Tensor2D, tf.Tensor2D];
      const scale = tf.scalar(PARAPHRASE_SCALE);
      paraphrase = tf.keep(infoNce({ rows: firsts, columns: seconds, scale, keys: [text.meaning] }));
      imageText = images.map((batch) => tf.keep(imageTextTerm(model, params, batch, firsts)));
      return imageText.reduce((sum, term) => tf.add(sum, term), paraphrase);
    };
    const { grads } = tf.valueAndGrads(total)(learned.map((name) => state.params[name]!));
    const zeros = names.map((name) => [name, tf.zerosLike(state.params[name]!)]);
    const gradients: Params = {
      ...Object.fromEntries(zeros),
      ...Object.fromEntries(learned.map((name, index) => [name, grads[index]!])),
    };
    const updated = optimizer.update(gradients, state.optimizer, state.params, learningRate);
    return { state: { params: updated.params, optimizer: updated.state }, imageText, paraphrase };
  };
}

/** The pairs of one step: every epoch goes through all of them once, in an order of its own. */
function chooseBatch(pairs: readonly Pair[], batchSize: number, step: number, seed: number): Pair[] {
  const stepsPerEpoch = Math.floor(pairs.length / batchSize);
  const epoch = Math.floor(step / stepsPerEpoch);
  const random = seededRandom('train-clip', 'order', seed, epoch);
  const order = chooseIndices(pairs.length, pairs.length, random);
  const first = (step % stepsPerEpoch) * batchSize;
  return Array.from(order.subarray(first, first + batchSize), (index) => pairs[index]!);
}

/** Trains from fresh parameters, one step for each value that it yields. */
export async function* trainClip(options: TrainClipOptions): AsyncGenerator<TrainClipProgress> {
  const { model, engine, objectTokenizer, sceneTokenizer, pairs, steps, batchSize, learningRate, seed } =
    options;
  const warmupSteps = Math.round(steps * WARM_UP_SHARE);
  const schedule = cosineSchedule({ base: learningRate, steps, warmupSteps });
  const run = engine.compile(trainStep(model));

  const params = model.init(seededRandom('train-clip', 'init', seed));
  let state: State = { params, optimizer: adamW().init(params) };
  for (let step = 0; step < steps; step++) {
    const chosen = chooseBatch(pairs, batchSize, step, seed);
    const random = seededRandom('train-clip', 'captions', seed, step);
    const textOnly = step % SCENE_EVERY === SCENE_EVERY - 1;
    const inputs = {
      state,
      text: textOnly
        ? textBatch(sceneTokenizer, chosen, 'scene', random)
        : textBatch(objectTokenizer, chosen, 'object', random),
      images: textOnly ? [] : [imageBatch(model, chosen)],
      learningRate: tf.scalar(schedule(step)),
    };
    const outputs = await run(inputs);
    const [imageText] = await Promise.all(outputs.imageText.map(async (term) => (await term.data())[0]!));
    const [paraphrase] = await outputs.paraphrase.data();
    tf.dispose([inputs, outputs.imageText, outputs.paraphrase] as unknown as tf.TensorContainer);
    state = outputs.state;
    const { params } = state;
    yield {
      step: step + 1,
      paraphrase: paraphrase!,
      params,
      ...(imageText === undefined ? {} : { imageText }),
    };
  }
  tf.dispose(state.optimizer as unknown as tf.TensorContainer);
}
