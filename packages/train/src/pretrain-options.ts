import type { MaskingStrategy } from '@tgm/masking';
import type { VideoMae } from '@tgm/models';
import { showValue } from '@tgm/options';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import type { AdamW } from './adamw.js';
import { TrainError } from './errors.js';
import type { ExampleSource } from './example-source.js';
import type { Schedule } from './schedule.js';
import type { WeightedLoss } from './train-step.js';
import type { RunSettings } from './training-state.js';

export interface PretrainOptions<Cues extends object> {
  readonly engine: Engine;
  readonly model: VideoMae;
  readonly examples: ExampleSource<Cues>;
  readonly masking: MaskingStrategy<NoInfer<Cues>>;
  /**
   * Masks a second view of each clip for the video-text term. Default: the same visible tokens serve both, as in
   * the paper (TGM, section 3). With a text or motion mask that loss can read the caption off the positions of the
   * visible tokens, and a text mask hides all that the caption names. A second view masked at random does neither. It
   * costs one more encoder pass.
   */
  readonly contrastMasking?: MaskingStrategy<NoInfer<Cues>>;
  readonly losses: readonly WeightedLoss[];
  readonly optimizer: AdamW;
  readonly schedule: Schedule;
  readonly batchSize: number;
  readonly steps: number;
  /** Decides initial weights, order, captions and masks. */
  readonly seed: number;
  /** Share of the masked tokens that the decoder reconstructs, drawn at random, in (0, 1]. Default 1. */
  readonly reconstructShare?: number;
  /** Where to save, and every how many steps; saved at the end and on a stop in any case. Continues what it finds there. */
  readonly checkpoint?: { readonly folder: string; readonly every: number; readonly settings?: RunSettings };
  /**
   * Steps that the engine takes in one call; a call ends at a checkpoint in any case. Default: 1 where the state stays with the
   * engine, 8 where it is copied to the device and back with every call.
   */
  readonly stepsPerCall?: number;
  /** Ends the run after the call in hand, with a checkpoint. */
  readonly signal?: AbortSignal;
}

/** @throws TrainError `NO_EXAMPLES`, `OPTION_INVALID` */
export function checkOptions<Cues extends object>(options: PretrainOptions<Cues>): void {
  const { batchSize, steps, stepsPerCall = 1, reconstructShare = 1, losses, examples } = options;
  if (examples.length === 0) {
    throw new TrainError('NO_EXAMPLES', {
      where: 'pretrain, option examples',
      expected: 'a source of at least one example',
      received: 'one of length 0',
    });
  }
  for (const [name, value] of Object.entries({ batchSize, steps, stepsPerCall })) {
    if (!Number.isInteger(value) || value < 1) refuse(name, 'a whole number from 1', showValue(value));
  }
  if (!(reconstructShare > 0 && reconstructShare <= 1)) {
    refuse('reconstructShare', 'a number above 0 to 1', showValue(reconstructShare));
  }
  const { checkpoint } = options;
  if (checkpoint !== undefined && !(Number.isInteger(checkpoint?.every) && checkpoint.every >= 1)) {
    refuse('checkpoint.every', 'a whole number from 1', showValue(checkpoint?.every));
  }
  if (losses.length === 0) refuse('losses', 'a list of at least 1', '[]');
  const names = losses.map(({ loss }) => loss.name);
  if (new Set(names).size !== names.length) refuse('losses', 'losses of different names', names.join(', '));
}

function refuse(option: string, expected: string, received: string): never {
  throw new TrainError('OPTION_INVALID', { where: `pretrain, option ${option}`, expected, received });
}
