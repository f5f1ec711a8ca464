import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { cpuEngine } from '@tgm/tfjs-backend-onnx';
import { beforeAll, describe, it } from 'vitest';
import { patchifyPixels } from '../export/patchify-pixels.js';
import { frameTokens } from '../frame-tokens.js';
import type { PatchConfig } from '../patchify.js';
import { readSafetensors, type Safetensors } from '../safetensors/read.js';
import { expectClose, placesOf, stored } from '../testing/parity.js';
import { loadVideoMaeClassifier } from './classifier-checkpoint.js';
import { loadClipModel } from './clip-model-checkpoint.js';
import { loadVideoMae, loadVideoMaeEncoder } from './video-mae-checkpoint.js';

/** Folders that Python's transformers wrote, with its inputs and outputs; they need not be there. */
const FOLDERS = join(import.meta.dirname, '../../../../../shared/cases/checkpoints');

beforeAll(() => cpuEngine());

const expectedOf = (folder: string) => readSafetensors(join(folder, 'expected.safetensors'));

function tokensOf(file: Safetensors, config: PatchConfig): tf.Tensor3D {
  return patchifyPixels(stored(file, 'pixel_values'), config);
}

/** Every token of 2 clips of 32. */
const everyToken = () =>
  tf.tensor2d(
    [0, 1].map(() => Array.from({ length: 32 }, (_, token) => token)),
    undefined,
    'int32',
  );

describe.skipIf(!existsSync(FOLDERS))('folders of Python give its numbers', () => {
  it('of an encoder alone', async () => {
    const folder = join(FOLDERS, 'bare-encoder');
    const file = await expectedOf(folder);
    const { model, params } = await loadVideoMaeEncoder(folder);
    const features = model.encode(params, tokensOf(file, model.config), everyToken());
    expectClose(features.dataSync(), file.tensors.last_hidden_state!.data as Float32Array, 1e-5);
  });

  it("of pre-training under VideoMAEConfig's defaults", async () => {
    const folder = join(FOLDERS, 'pretraining-python-defaults');
    const file = await expectedOf(folder);
    const { model, params } = await loadVideoMae(folder);
    const [visible, masked] = [placesOf(file, 'bool_masked_pos', 0), placesOf(file, 'bool_masked_pos', 1)];
    const seen = tf.gather(tokensOf(file, model.config), visible, 1, 1) as tf.Tensor3D;
    const latent = model.encode(params, seen, visible);
    const logits = model.decode(params, latent, visible, masked);
    expectClose(logits.dataSync(), file.tensors.logits!.data as Float32Array, 1e-5);
  });

  it.each(['classifier-first-token', 'classifier-no-qkv-bias'])('of %s', async (name) => {
    const folder = join(FOLDERS, name);
    const file = await expectedOf(folder);
    const { model, params } = await loadVideoMaeClassifier(folder);
    const encoded = model.encode(params, tokensOf(file, model.config));
    const logits = model.classify(params, model.pool(params, encoded));
    expectClose(logits.dataSync(), file.tensors.logits!.data as Float32Array, 1e-5);
  });

  it('of a CLIP with a scale of pixels of its own', async () => {
    const folder = join(FOLDERS, 'clip-half-mean');
    const file = await expectedOf(folder);
    const { model: clipModel, params } = await loadClipModel(folder);
    const { imageSize, patchSize } = clipModel.config.visionConfig;
    const layout = { numFrames: 3, imageSize, patchSize, tubeletSize: 1 };
    const every = Array.from({ length: 48 }, (_, token) => token);
    const patches = frameTokens(file.tensors.frames!.data as Uint8Array, layout, every, clipModel.pixels);
    const images = clipModel.encodeImage(params, tf.tensor3d(patches, [3, 16, 192]));
    expectClose(images.dataSync(), file.tensors.image_embeds!.data as Float32Array, 1e-5);
  });
});
