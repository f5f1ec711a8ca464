import { reconstructionLoss } from '@tgm/losses';
import {
  type AttentionCues,
  attentionMasking,
  blockMasking,
  type MaskingStrategy,
  randomMasking,
  runningCellMasking,
  seededRandom,
  type TextCues,
  textGuidedMasking,
} from '@tgm/masking';
import { cpuEngine } from '@tgm/tfjs-backend-onnx';
import { describe, expect, it } from 'vitest';
import { tinyModel } from '../objectives/tiny-batch.test-support.js';
import { jointNeeds } from '../objectives/weighted-loss.js';
import { pretrain } from '../pretrain.js';
import { runToEnd, tinyPretraining } from '../pretrain.test-support.js';
import type { ExampleSource } from './examples.js';
import { maskedBatches } from './masked-batches.js';
import { shuffled } from './shuffled.js';

type Cues = TextCues & AttentionCues;

/** 2 slices of 4 x 4 tokens. */
const model = tinyModel({ imageSize: 32 });
const TOKENS = 32;

/** Clips of noise. A token's score is high where its attention is low. */
const source: ExampleSource<Cues> = {
  length: 6,
  id: (index) => `clip ${index}`,
  describe: () => ({ is: 'clips of noise' }),
  async load(index) {
    const random = seededRandom('decoder masks', index);
    const tokenScores = Float32Array.from({ length: TOKENS }, () => random());
    const frames = Uint8Array.from({ length: 4 * 32 * 32 * 3 }, () => random() * 256);
    const attention = tokenScores.map((score) => 1 - score);
    return [{ id: `clip ${index}`, frames, cues: { tokenScores, attention } }];
  },
};

const strategies: [string, MaskingStrategy<Cues>][] = [
  ['text', textGuidedMasking({ ratio: 0.25 })],
  [
    'text, per region and softened',
    textGuidedMasking({ ratio: 0.5, per: { rows: 2, columns: 2 }, noise: 1 }),
  ],
  ['attention', attentionMasking({ ratio: 0.5, select: 'keep' })],
  ['block', blockMasking({ ratio: 0.4 })],
  ['running-cell', runningCellMasking({ ratio: 0.5 })],
];

const masking = randomMasking({ ratio: 0.75 });
const needs = jointNeeds([{ loss: reconstructionLoss(), weight: 1 }]);
const [MASKED, SEED] = [24, 5];

/** Of the first six clips, by name: what the encoder sees, and what the decoder reconstructs. */
async function sixClips(decoderMasking: MaskingStrategy<Cues>) {
  const examples = shuffled(source);
  const batches = maskedBatches({
    model,
    examples,
    masking,
    decoderMasking,
    needs,
    batchSize: 6,
    seed: SEED,
  });
  const stream = await batches.open();
  const { tensors, ids } = (await stream.next())!;
  const visible = [...(await tensors.views.reconstruct!.positions.data())];
  const reconstructed = [...(await tensors.reconstruct!.masked.data())];
  await stream.close();
  const row = (numbers: number[], at: number) =>
    numbers.slice((at * numbers.length) / 6, ((at + 1) * numbers.length) / 6);
  return ids.map((id, at) => ({ id, visible: row(visible, at), reconstructed: row(reconstructed, at) }));
}

/** Whether all of `tokens` that may be are chosen: all of a smaller list, only those of a larger one. */
function expectFirst(chosen: readonly number[], tokens: readonly number[]): void {
  const both = chosen.filter((token) => tokens.includes(token));
  expect(both).toHaveLength(Math.min(chosen.length, tokens.length));
}

describe.each(strategies)('%s as a mask of the decoder', (_name, strategy) => {
  it('says which masked tokens are reconstructed, as many of each clip', async () => {
    for (const [place, { id, visible, reconstructed }] of (await sixClips(strategy)).entries()) {
      expect(reconstructed).toHaveLength(Math.floor(MASKED * strategy.ratio));
      expect(reconstructed.filter((token) => visible.includes(token))).toEqual([]);
      const [example] = await source.load(Number(id.split(' ')[1]), () => 0);
      const random = seededRandom(SEED, 'mask', 0, place, 0, 'decoder masking');
      const { masked } = strategy.mask({ grid: model.grid, random, cues: example!.cues });
      expectFirst(
        reconstructed,
        [...masked].filter((token) => !visible.includes(token)),
      );
    }
  });

  it('trains', async () => {
    const engine = await cpuEngine();
    const { optimizer, schedule } = tinyPretraining(engine);
    const events = pretrain({
      engine,
      model,
      examples: shuffled(source),
      masking,
      decoderMasking: strategy,
      losses: [{ loss: reconstructionLoss(), weight: 1 }],
      optimizer,
      schedule,
      batchSize: 2,
      steps: 2,
      seed: SEED,
    });
    const { steps } = await runToEnd(events);
    expect(steps).toHaveLength(2);
    for (const { terms } of steps) expect(terms.reconstruction).toBeGreaterThan(0);
    await engine.dispose();
  });
});

it('a text mask has the decoder reconstruct what the caption names best', async () => {
  for (const { id, visible, reconstructed } of await sixClips(textGuidedMasking({ ratio: 0.25 }))) {
    const [example] = await source.load(Number(id.split(' ')[1]), () => 0);
    const { tokenScores } = example!.cues;
    const best = [0, 16].flatMap((start) =>
      Array.from({ length: 16 }, (_, cell) => start + cell)
        .sort((a, b) => tokenScores[b]! - tokenScores[a]!)
        .slice(0, 4),
    );
    expectFirst(
      reconstructed,
      best.filter((token) => !visible.includes(token)),
    );
  }
});
