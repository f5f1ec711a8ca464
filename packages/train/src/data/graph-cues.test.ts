import * as tf from '@tensorflow/tfjs';
import { reconstructionLoss } from '@tgm/losses';
import { describe, expect, it } from 'vitest';
import type { GraphMasking } from '../objectives/graph-masking/graph-masking.js';
import { tinyModel } from '../objectives/tiny-batch.test-support.js';
import { jointNeeds } from '../objectives/weighted-loss.js';
import { maskedBatches } from './masked-batches.js';
import { noiseSource, type TextCueOnly } from './noise-source.test-support.js';
import { shuffled } from './shuffled.js';

const byCue = (noise: number): GraphMasking<TextCueOnly> => ({
  name: 'own',
  ratio: 0.5,
  requires: ['tokenScores'],
  init: () => ({ params: {} }),
  noise: () => Float32Array.of(0, noise),
  choose: (_params, _buffers, { cues }) => ({ order: tf.topk(cues.tokenScores, 8).indices }),
  describe: () => ({ is: 'own' }),
});

describe('what a mask in the graph reads', () => {
  it.each([
    ['a cue', Number.NaN, 0, 'EXAMPLE_INVALID', 'Example "noise 0", cue "tokenScores" of the mask "own"'],
    ['noise', 0, Number.POSITIVE_INFINITY, 'OPTION_INVALID', 'Mask "own", noise, example "noise 0"'],
  ])('is finite: %s', async (_name, score, noise, code, where) => {
    const cues = { tokenScores: Float32Array.of(0, 1, 2, 3, score, 5, 6, 7) };
    const stream = await maskedBatches<TextCueOnly>({
      model: tinyModel(),
      examples: shuffled(noiseSource(1, () => ({ cues }))),
      masking: byCue(noise),
      needs: jointNeeds([{ loss: reconstructionLoss(), weight: 1 }]),
      batchSize: 1,
      seed: 1,
    }).open();
    const received = code === 'OPTION_INVALID' ? 'Infinity at position 1' : 'NaN at position 4';
    await expect(stream.next()).rejects.toMatchObject({ code, where, received });
    await stream.close();
  });
});
