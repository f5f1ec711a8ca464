import * as tf from '@tensorflow/tfjs';
import { seededRandom } from '@tgm/masking';
import type { Params } from '@tgm/models';
import { type FlatLayout, flatLayout } from './flat-params.js';
import type { PretrainOptions } from './pretrain-options.js';
import { freshState, stateFrom } from './step-state.js';
import type { StepState } from './train-step.js';
import { latestCheckpoint, loadTrainingState, type RunSettings } from './training-state.js';

/** Where a run begins. It does not hold the arrays that the state was made from: the first call uses that state up. */
export interface RunStart {
  readonly layout: FlatLayout;
  readonly modelNames: readonly string[];
  readonly state: StepState;
  /** Steps made before. */
  readonly done: number;
  /** The checkpoint that the run goes on from. */
  readonly saved: string | undefined;
}

/**
 * The state of the last checkpoint, or a fresh one.
 *
 * @param textWidth of the text embeddings, 0 where there are none
 * @throws TrainError `CHECKPOINT_MISMATCH` when the checkpoint is of other settings
 */
export async function runStart<Cues extends object>(
  options: PretrainOptions<Cues>,
  settings: RunSettings,
  textWidth: number,
): Promise<RunStart> {
  const { engine, model, losses, optimizer, checkpoint } = options;
  const random = seededRandom(options.seed, 'init');
  const modelParams = model.init(random);
  const lossParams = losses.map(({ loss }) => loss.init(random, model.config.hiddenSize, textWidth));
  const params: Params = Object.assign({}, modelParams, ...lossParams);
  const layout = flatLayout(params, optimizer.decays);
  const common = { layout, modelNames: Object.keys(modelParams) };
  try {
    const saved = checkpoint && (await latestCheckpoint(checkpoint.folder));
    if (!saved) {
      const state = await freshState(engine, optimizer, layout, params);
      return { ...common, state, done: 0, saved: undefined };
    }
    const loaded = await loadTrainingState(saved, layout, settings);
    return { ...common, state: stateFrom(loaded), done: loaded.step, saved };
  } finally {
    tf.dispose(params as tf.NamedTensorMap);
  }
}
