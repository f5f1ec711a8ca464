/**
 * The first step of a case by `pretrain`, on clips of noise; tells the most memory that the process took. Arguments: the case, and a
 * number of threads or nothing.
 */
import { pretrainingParts } from '@tgm/cli';
import { seededRandom } from '@tgm/masking';
import { onnxEngine } from '@tgm/tfjs-backend-onnx';
import { clipExamples, pretrain, shuffled } from '@tgm/train';
import { peakMemory } from '../step/peak-memory.js';
import { answer } from '../timed-run.js';
import { PLAN_CASES } from './cases.js';

const [name, threads] = process.argv.slice(2);
const { settings } = PLAN_CASES.find((each) => each.name === name)!;
const { numFrames, imageSize, patchSize, tubeletSize } = settings.model;
const tokens = (numFrames / tubeletSize) * (imageSize / patchSize) ** 2;
/** Of CLIP's ViT-B. */
const TEXT_WIDTH = 512;

const clips = Array.from({ length: settings.length.videosPerStep }, (_, index) => {
  const random = seededRandom('plan', index);
  const numbers = (length: number) => Float32Array.from({ length }, () => random() - 0.5);
  return {
    id: `clip ${index}`,
    sample: { id: `clip ${index}`, source: 'none', captions: [] },
    frames: Uint8Array.from({ length: numFrames * imageSize ** 2 * 3 }, () => random() * 256),
    frameCount: numFrames,
    height: imageSize,
    width: imageSize,
    motion: { vectors: numbers(2 * tokens), known: new Uint8Array(tokens).fill(1) },
    captions: [{ caption: `caption ${index}`, embedding: numbers(TEXT_WIDTH), tokenScores: numbers(tokens) }],
  };
});
const { recipe: _, ...options } = pretrainingParts(settings, { videos: clips.length });
const engine = await onnxEngine(threads ? { threads: Number(threads) } : {});
const events = pretrain({ ...options, examples: shuffled(clipExamples(clips)), engine, seed: 1 });
for await (const event of events) if (event.type === 'step') break;
answer({ bytes: await peakMemory() });
await engine.dispose();
