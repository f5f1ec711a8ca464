import * as tf from '@tensorflow/tfjs';
import { infoNce } from '@tgm/losses';
import { chooseIndices, type Random, seededRandom } from '@tgm/masking';
import type { Clip, ClipTokenizer, Params } from '@tgm/models';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import { type AdamWState, adamW, cosineSchedule } from '@tgm/train';
import { type Batch, makeBatch } from './batch.js';
import type { Pair } from './pairs.js';

export interface TrainClipOptions {
  readonly model: Clip;
  readonly engine: Engine;
  readonly tokenizer: ClipTokenizer;
  readonly pairs: readonly Pair[];
  readonly epochs: number;
  readonly batchSize: number;
  /** At the end of the warm-up. */
  readonly learningRate: number;
  readonly seed: number;
  readonly onStep: (progress: TrainClipProgress) => void;
}

export interface TrainClipProgress {
  readonly step: number;
  readonly steps: number;
  /** Chance at the start: ln of the batch size. */
  readonly imageText: number;
  /** Chance at the start: ln of twice the batch size. */
  readonly paraphrase: number;
}

type State = { readonly params: Params; readonly optimizer: AdamWState };
type StepInputs = { readonly state: State; readonly batch: Batch; readonly learningRate: tf.Scalar };

/** CLIP never scales its cosines by more (arXiv 2103.00020, section 2.5). */
const LARGEST_SCALE = 100;

/** Factor of the cosines between captions: at 10, captions of different meaning pay to be far apart. */
const PARAPHRASE_SCALE = 10;

/** Beside the image-text term, which says what CLIP is for. */
const PARAPHRASE_WEIGHT = 0.5;

const WARM_UP_SHARE = 0.05;

function normalise(rows: tf.Tensor2D): tf.Tensor2D {
  return tf.div(rows, tf.sqrt(tf.add(tf.sum(tf.square(rows), 1, true), 1e-12)));
}

/**
 * The two terms of the objective.
 *
 * `imageText` is CLIP's. Pairs that show the same object are not each other's negatives: no single frame shows the
 * action, and their captions differ in nothing else. `paraphrase` makes a caption find the other caption of the same
 * meaning, among those of other clips and of the same scene with another action. Without it the text embeddings would
 * forget the actions.
 */
function objective(model: Clip, params: Params, batch: Batch) {
  const size = batch.patches.shape[0];
  const images = normalise(model.encodeImage(params, batch.patches)); // [B, E]
  const texts = normalise(model.encodeText(params, batch.tokenIds, batch.endPositions)); // [4 B, E]
  const [firsts, seconds] = tf.split(texts, [2 * size, 2 * size]) as [tf.Tensor2D, tf.Tensor2D];
  const imageText = infoNce({
    video: images,
    text: tf.slice(firsts, 0, size),
    scale: tf.minimum(tf.exp(params.logit_scale!), LARGEST_SCALE) as tf.Scalar,
    captionGroup: batch.object,
  });
  const paraphrase = infoNce({
    video: firsts,
    text: seconds,
    scale: tf.scalar(PARAPHRASE_SCALE),
    captionGroup: batch.meaning,
  });
  return { imageText, paraphrase };
}

/** One optimisation step as a pure function of the state and the batch. */
function trainStep(model: Clip) {
  const optimizer = adamW();
  const names = model.parameters.map(({ name }) => name);
  return ({ state, batch, learningRate }: StepInputs) => {
    let terms = {} as ReturnType<typeof objective>;
    const total = (...values: tf.Tensor[]): tf.Scalar => {
      const params = Object.fromEntries(names.map((name, index) => [name, values[index]!]));
      const { imageText, paraphrase } = objective(model, params, batch);
      terms = { imageText: tf.keep(imageText), paraphrase: tf.keep(paraphrase) };
      return tf.add(imageText, tf.mul(paraphrase, PARAPHRASE_WEIGHT)) as tf.Scalar;
    };
    const { grads } = tf.valueAndGrads(total)(names.map((name) => state.params[name]!));
    const gradients = Object.fromEntries(names.map((name, index) => [name, grads[index]!]));
    const updated = optimizer.update(gradients, state.optimizer, state.params, learningRate);
    return { state: { params: updated.params, optimizer: updated.state } as State, ...terms };
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

/** Trains from fresh parameters. The caller disposes the result. */
export async function trainClip(options: TrainClipOptions): Promise<Params> {
  const { model, engine, tokenizer, pairs, epochs, batchSize, learningRate, seed, onStep } = options;
  const steps = epochs * Math.floor(pairs.length / batchSize);
  const warmupSteps = Math.round(steps * WARM_UP_SHARE);
  const schedule = cosineSchedule({ base: learningRate, steps, warmupSteps });
  const run = engine.compile(trainStep(model));

  const params = model.init(seededRandom('train-clip', 'init', seed));
  let state: State = { params, optimizer: adamW().init(params) };
  for (let step = 0; step < steps; step++) {
    const chosen = chooseBatch(pairs, batchSize, step, seed);
    const random: Random = seededRandom('train-clip', 'captions', seed, step);
    const inputs = {
      state,
      batch: makeBatch(model, tokenizer, chosen, random),
      learningRate: tf.scalar(schedule(step)),
    };
    const { imageText, paraphrase, state: next } = await run(inputs);
    onStep({
      step: step + 1,
      steps,
      imageText: (await imageText.data())[0]!,
      paraphrase: (await paraphrase.data())[0]!,
    });
    tf.dispose([inputs, imageText, paraphrase] as unknown as tf.TensorContainer);
    state = next;
  }
  tf.dispose(state.optimizer as unknown as tf.TensorContainer);
  return state.params;
}
