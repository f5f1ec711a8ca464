import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cpuEngine } from '@tgm/tfjs-backend-onnx';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeSafetensors } from '../safetensors/write.js';
import { counted, countedModel, expected, numbers } from '../testing/counted-tensors.js';
import { loadParams } from './params-file.js';

let folder: string;
beforeAll(async () => {
  await cpuEngine();
  folder = await mkdtemp(join(tmpdir(), 'params-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('a checkpoint in shards', () => {
  async function sharded(name: string, change: (map: Record<string, unknown>) => void = () => {}) {
    const path = join(folder, name);
    await mkdir(path);
    const tensors = counted(countedModel);
    const names = Object.keys(tensors);
    const map: Record<string, unknown> = {};
    for (const [index, part] of [names.slice(0, 5), names.slice(5)].entries()) {
      const file = `model-0000${index + 1}-of-00002.safetensors`;
      await writeSafetensors(
        join(path, file),
        Object.fromEntries(part.map((key) => [key, tensors[key]!])),
        {},
      );
      for (const key of part) map[key] = file;
    }
    change(map);
    const index = { metadata: { total_size: 1 }, weight_map: map };
    await writeFile(join(path, 'model.safetensors.index.json'), JSON.stringify(index));
    return path;
  }

  it('is read from its folder or its index', async () => {
    const path = await sharded('shards');
    expect(await numbers(await loadParams(path, countedModel))).toEqual(expected(counted(countedModel)));
    const index = join(path, 'model.safetensors.index.json');
    expect(await numbers(await loadParams(index, countedModel))).toEqual(expected(counted(countedModel)));
  });

  it('names the file that is not there, and tensors that are not where the index has them', async () => {
    const path = await sharded('astray', (map) => {
      map['classifier.bias'] = 'model-00001-of-00002.safetensors';
    });
    await expect(loadParams(path, countedModel)).rejects.toMatchObject({
      where: join(path, 'model-00001-of-00002.safetensors'),
      missing: ['classifier.bias'],
    });
    await rm(join(path, 'model-00001-of-00002.safetensors'));
    await expect(loadParams(path, countedModel)).rejects.toMatchObject({ code: 'CHECKPOINT_NOT_FOUND' });
  });

  it.each(['../model.safetensors', '/etc/passwd', 'model.bin', 7])('refuses %s as a file', async (file) => {
    const path = await sharded(`outside-${String(file).replaceAll('/', '-')}`, (map) => {
      map['classifier.bias'] = file;
    });
    await expect(loadParams(path, countedModel)).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });
});
