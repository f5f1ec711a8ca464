import * as tf from '@tensorflow/tfjs';
import type { Interval } from '@tgm/eval';
import { seededRandom, type TokenMask } from '@tgm/masking';
import type { Params, VideoMae } from '@tgm/models';
import type { ClipReport, Study } from '@tgm/report';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import type { DecodedClip } from '@tgm/train';
import type { ArmStep } from './arm-steps.js';
import { completedByMeans, completer } from './complete.js';
import { type CompletionErrors, completionErrors, completionMasks } from './completion-errors.js';
import type { ArmResult } from './pretrain-arm.js';
import { TILED_RUN } from './pretrain-tiled.js';
import { stepCurve } from './step-curve.js';
import { paramsOf } from './weights.js';

export interface TiledStudyOptions {
  readonly engine: Engine;
  readonly model: VideoMae;
  /** Unseen clips. */
  readonly clips: readonly DecodedClip[];
  readonly result: ArmResult;
  /** Share of each slice that is hidden. */
  readonly ratio: number;
  readonly seed: number;
  readonly steps: readonly ArmStep[];
}

const PICTURED = 2;

/** What reconstruction alone has learned: its errors on unseen clips, its curve, and clips that it completes. */
export async function tiledStudy(
  options: TiledStudyOptions,
): Promise<{ readonly study: Study; readonly errors: CompletionErrors }> {
  const { engine, model, clips, result, ratio, seed, steps } = options;
  const masks = completionMasks(model, clips, ratio, seed);
  const untrained = model.init(seededRandom(seed, 'init'));
  const trained = paramsOf(result.weights);
  try {
    const errors = await completionErrors({ untrained, trained }, { engine, model, clips, masks });
    const completed = await completions(trained, masks, options);
    const curve = stepCurve(steps, TILED_RUN, 'reconstruction');
    return { study: studyOf(errors, curve, clips.length, completed), errors };
  } finally {
    tf.dispose([untrained, trained] as tf.TensorContainer);
  }
}

/** The first clips with their masks, and what is made of them with nothing but means, and by the model. */
async function completions(
  params: Params,
  masks: readonly TokenMask[],
  { engine, model, clips }: TiledStudyOptions,
): Promise<ClipReport[]> {
  const complete = completer(engine, model);
  const reports: ClipReport[] = [];
  for (const [index, clip] of clips.slice(0, PICTURED).entries()) {
    const mask = masks[index]!;
    reports.push({
      id: clip.id,
      ...(clip.sample.captions?.[0] ? { caption: clip.sample.captions[0] } : {}),
      height: clip.height,
      width: clip.width,
      grid: model.grid,
      frames: clip.frames,
      masks: [{ strategy: 'random', masked: mask.masked }],
      reconstructions: [
        {
          run: 'each patch’s mean',
          strategy: 'random',
          frames: completedByMeans(model, clip.frames, mask),
        },
        { run: TILED_RUN.name, strategy: 'random', frames: await complete(params, clip.frames, mask) },
      ],
    });
  }
  return reports;
}

function studyOf(
  { mean, average, untrained, trained }: CompletionErrors,
  curve: ReturnType<typeof stepCurve>,
  count: number,
  clips: readonly ClipReport[],
): Study {
  const row = (name: string, { value, from, to }: Interval) => ({
    name,
    cells: [value.toFixed(3), `${from.toFixed(3)} to ${to.toFixed(3)}`],
  });
  return {
    title: 'Reconstruction alone, on a ground that can be guessed',
    lead: 'On Moving Shapes as above no run learns to reconstruct in so few steps. Here the ground is a pattern that repeats from patch to patch, another one in each clip, so that what is left visible tells what is hidden. The same model, random masks, the reconstruction loss and nothing else: it learns to continue the ground, and not the shapes on it.',
    plot: {
      title: 'Reconstruction loss on level “tiled”',
      series: [curve],
      references: [{ label: 'predict the mean', value: mean.value }],
      smooth: true,
    },
    table: {
      lead: `Mean square error of normalised pixels over the hidden patches of ${count} unseen clips.`,
      columns: ['what is said of a hidden patch', 'error', '95 % interval over clips'],
      rows: [
        row('its mean', mean),
        row('the average of all visible patches', average),
        row('by the model before training', untrained),
        row('by the trained model', trained),
      ],
      notes: [
        'A low error here says that reconstruction works. It does not say that the features are worth more.',
      ],
    },
    clips,
  };
}
