import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { loadClipModel, type Params, type PatchFeaturesVariant } from '@tgm/models';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import { type Fixture, numbers, writeParams } from '../fixture.js';
import { compare, type Quantity, same } from '../quantity.js';
import { toleranceOf } from '../tolerance.js';
import { clipInputs } from './clip-model.js';

const VARIANTS: Readonly<Record<string, PatchFeaturesVariant>> = {
  raw: 'raw',
  value_plain: 'value',
  value_residual: 'value-residual',
};

/** Features of a folder that is laid out as open_clip does, opened as users open it. */
export async function* checkOpenClip(fixture: Fixture, engine: Engine): AsyncGenerator<Quantity> {
  const folder = await mkdtemp(join(tmpdir(), 'tgm-open-clip-'));
  try {
    await writeFolder(folder, fixture);
    const { model, params } = await loadClipModel(folder);
    const { mean, std } = fixture.json.config.preprocess_cfg;
    yield same('scale of pixels', [model.pixels.mean, model.pixels.std], [mean, std]);
    const inputs = clipInputs(fixture, model.config);
    const run = engine.compile((given: { params: Params; inputs: typeof inputs }) => {
      const { patches, ids, ends } = given.inputs;
      return {
        image_features: model.encodeImage(given.params, patches),
        text_features: model.encodeText(given.params, ids, ends),
        ...Object.fromEntries(
          Object.entries(VARIANTS).map(([name, variant]) => [
            `patch/${name}`,
            model.patchFeatures(given.params, patches, variant) as tf.Tensor,
          ]),
        ),
      };
    });
    for (const [name, output] of Object.entries(await run({ params, inputs }))) {
      const tolerance = toleranceOf(fixture.json.tolerance, name.startsWith('patch') ? 'patch' : 'features');
      yield compare(`output/${name}`, await output.data(), numbers(fixture, `output/${name}`), tolerance);
    }
    tf.dispose(params);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function writeFolder(folder: string, fixture: Fixture): Promise<void> {
  const { config } = fixture.json;
  await writeFile(join(folder, 'open_clip_config.json'), JSON.stringify(config));
  await writeParams(join(folder, 'open_clip_model.safetensors'), fixture);
  const { vocab_size } = config.model_cfg.text_cfg;
  const words = Array.from({ length: vocab_size - 2 }, (_, id) => `word${id}</w>`);
  const vocabulary = [...words, '<|startoftext|>', '<|endoftext|>'].map((token, id) => [token, id]);
  await writeFile(join(folder, 'vocab.json'), JSON.stringify(Object.fromEntries(vocabulary)));
  await writeFile(join(folder, 'merges.txt'), '#version: 0.2\n');
}
