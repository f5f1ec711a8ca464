import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { contrastiveLoss, reconstructionLoss } from '@tgm/losses';
import { randomMasking, seededRandom, textGuidedMasking } from '@tgm/masking';
import { onnxPatchTextEncoder, sentenceEncoder } from '@tgm/models';
import { writeTinyImageText, writeTinyTextEncoder } from '@tgm/models/testing';
import { type Engine, onnxEngine } from '@tgm/tfjs-backend-onnx';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tinyModel } from '../objectives/tiny-batch.test-support.js';
import { adamW } from '../optimizers/adamw.js';
import { pretrain } from '../pretrain.js';
import { runToEnd } from '../pretrain.test-support.js';
import { constantSchedule } from '../schedules/constant.js';
import { embedCaptions } from './caption-embeddings.js';
import { clipExamples } from './clip-examples.js';
import type { DecodedClip } from './decode-clips.js';
import { type CaptionedClip, scoreClips } from './score-clips.js';
import { shuffled } from './shuffled.js';

let engine: Engine;
let folder: string;
beforeAll(async () => {
  engine = await onnxEngine({ threads: 1 });
  folder = await mkdtemp(join(tmpdir(), 'tgm-teachers-'));
  await writeTinyImageText(join(folder, 'teacher'), { imageSize: 16, patchSize: 8 });
  await writeTinyTextEncoder(join(folder, 'bert'), { kind: 'bert', words: ['red', 'blue', 'left', 'right'] });
});
afterAll(async () => {
  await rm(folder, { recursive: true });
  await engine.dispose();
});

const model = tinyModel();

/** Four frames of 16 x 16 whose halves are red and blue, with some noise. */
function clipOf(index: number): DecodedClip {
  const redLeft = index % 2 === 0;
  const random = seededRandom('halves', index);
  const frames = new Uint8Array(4 * 16 * 16 * 3);
  for (let pixel = 0; pixel < frames.length / 3; pixel++) {
    const red = pixel % 16 < 8 === redLeft;
    frames.set(red ? [200, 30, 30] : [30, 30, 200], pixel * 3);
    frames[pixel * 3 + 1]! += random() * 40;
  }
  const caption =
    index % 4 < 2 ? `red is ${redLeft ? 'left' : 'right'}` : `blue is ${redLeft ? 'right' : 'left'}`;
  return {
    id: `${index}`,
    sample: { id: `${index}`, source: `${index}.mp4`, captions: [caption] },
    frames,
    frameCount: 4,
    ...{ height: 16, width: 16 },
    motion: { vectors: new Float32Array(16), known: new Uint8Array(8) },
  };
}

async function scored(): Promise<CaptionedClip[]> {
  const files = ['image', 'text'].map((part) => [part, join(folder, 'teacher', `${part}.onnx`)]);
  const encoder = await onnxPatchTextEncoder({
    ...(Object.fromEntries(files) as { image: string; text: string }),
    folder: join(folder, 'teacher'),
  });
  const clips = Array.from({ length: 8 }, (_, index) => clipOf(index));
  const found: CaptionedClip[] = [];
  for await (const group of scoreClips({ encoder, clips, grid: model.grid })) found.push(...group);
  await encoder.dispose();
  return found;
}

const settings = {
  model,
  optimizer: adamW(),
  schedule: constantSchedule({ base: 1e-2 }),
  batchSize: 4,
  steps: 40,
  seed: 3,
};

describe('teachers and text encoders of others', () => {
  it('a mask by two ONNX files hides the half that the caption names, and trains', async () => {
    const clips = await scored();
    const masking = textGuidedMasking({ ratio: 0.5 });
    for (const [index, { captions }] of clips.entries()) {
      const { tokenScores } = captions[0]!;
      const { masked } = masking.mask({
        grid: model.grid,
        cues: { tokenScores },
        random: seededRandom(index),
        epoch: 0,
      });
      const left = captions[0]!.caption.endsWith('left') ? 0 : 1;
      expect([...masked].map((token) => token % 2)).toEqual([left, left, left, left]);
    }
    const { steps } = await runToEnd(
      pretrain({
        ...settings,
        engine,
        examples: shuffled(clipExamples(clips)),
        masking,
        losses: [{ loss: reconstructionLoss(), weight: 1 }],
      }),
    );
    const [first, last] = [steps[0]!, steps.at(-1)!];
    expect(last.total).toBeLessThan(first.total);
  });

  it('BERT is the text of the contrastive term', async () => {
    const captions = ['all red', 'all blue', 'left red', 'right blue'];
    const bert = await sentenceEncoder({ model: join(folder, 'bert'), revision: 'drawn', offline: true });
    const texts = await embedCaptions(bert, captions);
    await bert.dispose();
    expect(texts.width).toBe(16);
    // Clips of four greys, each with a caption of its own.
    const clips = captions.map((caption, index) => ({
      ...clipOf(index),
      frames: new Uint8Array(4 * 16 * 16 * 3).fill(20 + 70 * index),
      captions: [{ caption, embedding: texts.of(caption)!, tokenScores: new Float32Array(8) }],
    }));
    const { steps } = await runToEnd(
      pretrain({
        ...settings,
        engine,
        examples: shuffled(clipExamples(clips)),
        masking: randomMasking({ ratio: 0.25 }),
        losses: [{ loss: contrastiveLoss(), weight: 1 }],
      }),
    );
    const { terms, figures } = steps.at(-1)!;
    expect(figures['contrastive baseline']).toBeCloseTo(Math.log(4), 5);
    expect(terms.contrastive).toBeLessThan(0.5 * Math.log(4));
  });
});
