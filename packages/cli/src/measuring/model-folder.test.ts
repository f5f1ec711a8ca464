import { appendFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Engine, onnxEngine } from '@tgm/tfjs-backend-onnx';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeClassifier, writeEncoder, writeJointRun } from '../testing/some-models.test-support.js';
import { modelFolder } from './model-folder.js';

let folder: string;
let engine: Engine;
const at = (...names: string[]): string => join(folder, ...names);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tgm-model-folder-'));
  engine = await onnxEngine({ threads: 1 });
  const encoder = {
    encodeText: async (texts: readonly string[]) => ({
      values: Float32Array.from(texts.flatMap((_, row) => [row, 1])),
      count: texts.length,
      width: 2,
    }),
  };
  const colours = { red: [200, 0, 0], blue: [0, 0, 200] } as const;
  await writeJointRun({ folder: at('run'), engine, encoder, colours, steps: 2, every: 1 });
});
afterAll(async () => {
  await engine.dispose();
  await rm(folder, { recursive: true });
});

describe('modelFolder', () => {
  it("takes the newest whole checkpoint of a run's folder, and tells of one that is damaged", async () => {
    const [first, second] = [at('run', 'step-00000001'), at('run', 'step-00000002')];
    expect(await modelFolder(at('run'))).toEqual({
      path: second,
      kind: 'checkpoint',
      architecture: 'VideoMAEForPreTraining',
      run: at('run'),
      damaged: [],
    });
    expect(await modelFolder(first)).toEqual({
      path: first,
      kind: 'checkpoint',
      architecture: 'VideoMAEForPreTraining',
      damaged: [],
    });
    await appendFile(join(second, 'model.safetensors'), 'x');
    const { path, damaged } = await modelFolder(at('run'));
    expect(path).toBe(first);
    expect(damaged).toMatchObject([{ path: second, fault: { code: 'CHECKPOINT_DAMAGED' } }]);
  });

  it('takes a folder of Hugging Face, and the model of a run without checkpoints', async () => {
    await writeEncoder(at('plain'));
    await writeClassifier(at('done', 'model'), ['a', 'b']);
    expect(await modelFolder(at('plain'))).toMatchObject({ path: at('plain'), kind: 'model' });
    expect(await modelFolder(at('done'))).toMatchObject({
      path: at('done', 'model'),
      kind: 'model',
      run: at('done'),
      architecture: 'VideoMAEForVideoClassification',
    });
  });

  it.each<readonly [string, (path: string) => Promise<unknown>, RegExp]>([
    ['nothing', async () => undefined, /got nothing there/],
    ['an empty folder', (path) => mkdir(path), /expected a run's folder, a checkpoint .* got none/],
    [
      'another model',
      (path) =>
        mkdir(path).then(() => writeFile(join(path, 'config.json'), '{"architectures":["BertModel"]}')),
      /key architectures: expected one of VideoMAEForPreTraining, .* got "BertModel"/,
    ],
    [
      'a config.json that is broken',
      (path) => mkdir(path).then(() => writeFile(join(path, 'config.json'), '{')),
      /got no JSON/,
    ],
    [
      'a run whose checkpoints are all damaged',
      (path) => mkdir(join(path, 'step-00000004'), { recursive: true }),
      /a checkpoint that is whole/,
    ],
  ])('refuses %s', async (name, make, message) => {
    const path = at(name.replaceAll(' ', '-'));
    await make(path);
    await expect(modelFolder(path)).rejects.toThrow(message);
  });
});
