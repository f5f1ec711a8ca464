import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadPatchTextEncoder } from '@tgm/models';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import { type Fixture, numbers, stored, writeParams } from '../fixture.js';
import { compare, type Quantity } from '../quantity.js';
import { toleranceOf } from '../tolerance.js';

/** Texts, patches and attention of a SigLIP's folder, opened as users open it. */
export async function* checkSiglip(fixture: Fixture, engine: Engine): AsyncGenerator<Quantity> {
  const folder = await mkdtemp(join(tmpdir(), 'tgm-siglip-'));
  try {
    await writeFolder(folder, fixture);
    const encoder = await loadPatchTextEncoder(folder, { engine });
    const outputs = {
      texts: await encoder.encodeText(fixture.json.texts),
      patches: await encoder.encodePatches(framesOf(fixture, 'frames')),
      patches_wide: await encoder.encodePatches(framesOf(fixture, 'wide')),
      attention: await encoder.encodeAttention(framesOf(fixture, 'frames')),
    };
    for (const [name, { values }] of Object.entries(outputs)) {
      const tolerance = toleranceOf(fixture.json.tolerance, name.split('_')[0]!);
      yield compare(`output/${name}`, values, numbers(fixture, `output/${name}`), tolerance);
    }
    encoder.dispose();
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** [T, H, W, 3] */
function framesOf(fixture: Fixture, name: string) {
  const { shape } = stored(fixture, `input/${name}`);
  const [, height, width] = shape as [number, number, number];
  return { frames: numbers(fixture, `input/${name}`) as Uint8Array, height, width };
}

async function writeFolder(folder: string, fixture: Fixture): Promise<void> {
  const { config, tokenizer, tokenizer_config } = fixture.json;
  const files = {
    'config.json': config,
    'tokenizer.json': tokenizer,
    'tokenizer_config.json': tokenizer_config,
  };
  for (const [name, json] of Object.entries(files)) await writeFile(join(folder, name), JSON.stringify(json));
  await writeParams(join(folder, 'model.safetensors'), fixture);
}
