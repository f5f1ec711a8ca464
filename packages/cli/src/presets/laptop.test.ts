import { sgdProbe } from '@tgm/eval';
import { seededRandom } from '@tgm/masking';
import { onnxEngine } from '@tgm/tfjs-backend-onnx';
import { clipExamples, finetune, pretrain, type StepEvent, shuffled, type TrainEvent } from '@tgm/train';
import { afterAll, describe, expect, it } from 'vitest';
import { finetuningParts } from './finetuning-parts.js';
import { laptop } from './laptop.js';
import { maskingOf } from './masking-settings.js';
import { PRESETS } from './presets.js';
import { pretrainingParts } from './pretraining-parts.js';
import { leakSafe, PRETRAINING_PRESETS } from './pretraining-presets.js';
import { probingParts } from './probing-parts.js';
import { PROBING_PRESETS } from './probing-presets.js';
import type { PretrainingSettings, Settings } from './settings.js';

const engine = await onnxEngine({ threads: 1 });
afterAll(() => engine.dispose?.());

const TEXT_WIDTH = 12;
const TOKENS = 4 * 8 * 8;

/** Clips of noise in the laptop's size, each with a caption, scores and motion. */
const clips = Array.from({ length: 16 }, (_, index) => {
  const random = seededRandom('laptop', index);
  const numbers = (length: number) => Float32Array.from({ length }, () => random() - 0.5);
  return {
    id: `clip ${index}`,
    sample: { id: `clip ${index}`, source: 'none', captions: [], label: index % 2 },
    frames: Uint8Array.from({ length: 8 * 64 * 64 * 3 }, () => random() * 256),
    frameCount: 8,
    height: 64,
    width: 64,
    motion: { vectors: numbers(2 * TOKENS), known: new Uint8Array(TOKENS).fill(1) },
    captions: [{ caption: `caption ${index}`, embedding: numbers(TEXT_WIDTH), tokenScores: numbers(TOKENS) }],
  };
});

/** Two steps of a run, then it is left. */
async function twoSteps(events: AsyncGenerator<TrainEvent>): Promise<StepEvent[]> {
  const steps: StepEvent[] = [];
  for await (const event of events) {
    if (event.type === 'step') steps.push(event);
    if (steps.length === 2) break;
  }
  return steps;
}

const pretrainings: readonly (readonly [string, PretrainingSettings])[] = [
  ['videomae-b-ssv2', PRETRAINING_PRESETS['videomae-b-ssv2']],
  ['mgm-b-k400', PRETRAINING_PRESETS['mgm-b-k400']],
  ['tgm-b-ssv2', PRETRAINING_PRESETS['tgm-b-ssv2']],
  ['tgm-b-ssv2 without a leak', leakSafe(PRETRAINING_PRESETS['tgm-b-ssv2'])],
];

describe('laptop', () => {
  it.each(pretrainings)('%s trains by pretrain alone', async (_, settings) => {
    const { recipe, ...options } = pretrainingParts(laptop(settings), { videos: clips.length });
    expect(recipe.size).toEqual({ width: 64, height: 64 });
    const examples = shuffled(clipExamples(clips));
    const steps = await twoSteps(pretrain({ ...options, examples, engine, seed: 1 }));
    for (const { terms } of steps) {
      expect(Object.keys(terms)).toContain('reconstruction');
      for (const loss of Object.values(terms)) expect(Number.isFinite(loss)).toBe(true);
    }
  });

  it('fine-tunes by finetune alone', async () => {
    const settings = laptop(PRESETS['finetune-b-ssv2']);
    const { recipe, test, ...options } = finetuningParts(settings, {
      videos: clips.length,
      labels: ['even', 'odd'],
    });
    expect([recipe.clips, test.clips]).toEqual([1, 2]);
    const examples = shuffled(clipExamples(clips));
    const steps = await twoSteps(finetune({ ...options, examples, engine, seed: 1 }));
    // A head of a thousandth of the usual weights: all classes are alike at first.
    expect(steps[0]!.terms.classification).toBeCloseTo(Math.log(2), 2);
  });

  it('probes by sgdProbe with the settings as they stand', async () => {
    const { linear, ...settings } = laptop(PROBING_PRESETS['probe-b-ucf101']);
    const { model } = probingParts({ ...settings, linear });
    const width = model.config.hiddenSize;
    const features = {
      count: 8,
      width,
      values: Float32Array.from({ length: 8 * width }, (_, at) => ((at / width) % 2 < 1 ? 1 : -1)),
    };
    const labels = [0, 1, 0, 1, 0, 1, 0, 1];
    const { top1 } = await sgdProbe({
      ...linear,
      engine,
      train: features,
      trainLabels: labels,
      test: features,
      testLabels: labels,
      classes: 2,
      seed: 0,
    });
    expect(top1).toBe(100);
  });

  it.each(Object.entries(PRESETS))('of %s keeps what the method is', (_, preset: Settings) => {
    const small = laptop(preset);
    expect(small.stage).toBe(preset.stage);
    expect(small.data).toBe(preset.data);
    if (preset.stage === 'pretraining' && small.stage === 'pretraining') {
      expect(maskingOf(small.masking).describe()).toEqual(maskingOf(preset.masking).describe());
      expect(small.contrast).toEqual(preset.contrast);
      expect(small.recipe.flip).toBe(preset.recipe.flip);
    }
    if (preset.stage === 'finetuning' && small.stage === 'finetuning') {
      expect([small.recipe.flip, small.recipe.sampling.kind]).toEqual([
        preset.recipe.flip,
        preset.recipe.sampling.kind,
      ]);
    }
  });
});
