import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Engine, onnxEngine } from '@tgm/tfjs-backend-onnx';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkFolder, type ParityLine } from './check-folder.js';

const SMALL = join(import.meta.dirname, 'fixtures/small');

let engine: Engine;
let folder: string;
beforeAll(async () => {
  engine = await onnxEngine({ threads: 1 });
  folder = await mkdtemp(join(tmpdir(), 'parity-'));
});
afterAll(async () => {
  await engine.dispose();
  await rm(folder, { recursive: true });
});

async function linesOf(path: string): Promise<ParityLine[]> {
  const lines: ParityLine[] = [];
  for await (const line of checkFolder({ folder: path, engine, vocabulary: 'none' })) lines.push(line);
  return lines;
}

/** A folder with one fixture of the small ones, changed. */
async function changed(name: string, change: (path: string) => Promise<void>): Promise<string> {
  const path = await mkdtemp(join(folder, 'changed-'));
  for (const ending of ['json', 'safetensors']) {
    await cp(join(SMALL, `${name}.${ending}`), join(path, `${name}.${ending}`));
  }
  await change(join(path, name));
  return path;
}

describe('the figures of PyTorch and of Hugging Face', () => {
  it('are those of the packages', async () => {
    const lines = await linesOf(SMALL);
    expect(lines.filter(({ ok }) => !ok)).toEqual([]);
    const counts: Record<string, number> = {};
    for (const { fixture } of lines) counts[fixture] = (counts[fixture] ?? 0) + 1;
    expect(counts).toEqual({
      clip: 15,
      infonce: 21,
      masks: 12,
      metrics: 13,
      'open-clip': 7,
      'open-clip-custom-text': 7,
      schedules: 3,
      siglip: 5,
      'videomae-finetune': 13,
      'videomae-pretrain': 12,
      'videomaev2-pretrain': 12,
    });
  });
});

describe('a folder that does not hold', () => {
  it('names the quantity whose numbers are others', async () => {
    const path = await changed('schedules', async (file) => {
      const bytes = await readFile(`${file}.safetensors`);
      bytes.writeDoubleLE(0.5, bytes.length - 8); // the last value of the last schedule
      await writeFile(`${file}.safetensors`, bytes);
    });
    const missed = (await linesOf(path)).filter(({ ok }) => !ok).map(({ name }) => name);
    expect(missed).toEqual(['sha256', 'warmed']);
  });

  it('names the quantity whose tolerance is too narrow', async () => {
    const path = await changed('infonce', async (file) => {
      const json = await readFile(`${file}.json`, 'utf8');
      await writeFile(`${file}.json`, json.replace('relative L2 <= 1e-4', 'relative L2 <= 1e-12'));
    });
    const missed = (await linesOf(path)).filter(({ ok }) => !ok).map(({ name }) => name);
    expect(missed).toContain('n5_d7/grad_raw_text');
    expect(missed).not.toContain('n5_d7/loss');
  });

  it('names fixtures and files that are not known, and tolerances that are not understood', async () => {
    const path = await changed('schedules', async (file) => {
      const json = await readFile(`${file}.json`, 'utf8');
      await writeFile(`${file}.json`, json.replace('relative 1e-12', 'about the same'));
      await writeFile(join(file, '..', 'optical-flow.json'), '{}');
      await writeFile(join(file, '..', 'left-over.safetensors'), '');
    });
    const missed = (await linesOf(path)).filter(({ ok }) => !ok);
    expect(missed.map(({ fixture, name }) => `${fixture}: ${name}`)).toEqual([
      'left-over.safetensors: belongs to no fixture',
      'optical-flow: unknown fixture',
      'schedules: Error: The tolerance "about the same in double precision" is not understood.',
    ]);
  });

  it('is not ok when it is empty', async () => {
    const path = await mkdtemp(join(folder, 'empty-'));
    expect(await linesOf(path)).toMatchObject([{ name: 'no fixtures', ok: false }]);
  });
});
