import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadClipModel } from '@tgm/models';
import { onnxEngine, openOnnx } from '@tgm/tfjs-backend-onnx';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTeacher } from '../teacher/open-teacher.js';
import { runTgm } from '../testing/run-tgm.test-support.js';
import { writeClassifier, writeJointRun } from '../testing/some-models.test-support.js';
import { TINY_CLIP_FOLDER } from '../tiny-clip-folder.js';
import { exportModel } from './export.js';

const COLOURS = {
  'a red square moves': [200, 30, 30],
  'a green square moves': [30, 180, 40],
  'a blue square moves': [30, 40, 210],
} as const;
const CAPTIONS = Object.keys(COLOURS) as (keyof typeof COLOURS)[];

let folder: string;
const file = (name: string): string => join(folder, name);
const run = (...args: string[]) => runTgm(args, { cwd: folder });
const jsonOf = async (name: string) => JSON.parse(await readFile(file(name), 'utf8'));

/** Python programs that read ONNX files; nothing where Python has no ONNX Runtime. */
const python = ['python3', process.env.TGM_PYTHON ?? ''].find((program) => {
  try {
    execFileSync(program, ['-c', 'import onnxruntime'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
});

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tgm-export-'));
  const engine = await onnxEngine({ threads: 1 });
  const { encoder, dispose } = await openTeacher({}, engine);
  await writeJointRun({ folder: file('run'), engine, encoder, colours: COLOURS, steps: 60 });
  await dispose();
  await engine.dispose();
  await writeClassifier(file('tuned'), ['red', 'blue']);
});
afterAll(() => rm(folder, { recursive: true }));

describe('tgm export', { timeout: 60_000 }, () => {
  it('writes the encoder of a run and the text tower of its CLIP: their cosine finds the caption', async () => {
    const { code, stdout, stderr } = await run('export', 'run', '--output', 'onnx', '--json');
    expect(code, stderr).toBe(0);
    const { peakBytes: _, output, ...said } = JSON.parse(stdout);
    expect(output).toBe(file('onnx'));
    const about = await jsonOf('onnx/export.json');
    expect(about).toEqual(said);
    expect(about).toMatchObject({
      frames: 2,
      imageSize: 16,
      teacher: TINY_CLIP_FOLDER,
      files: [
        {
          file: 'video.onnx',
          inputs: { pixel_values: [1, 2, 3, 16, 16] },
          outputs: { video_embeds: [1, 64] },
          types: { pixel_values: 'float32', video_embeds: 'float32' },
          domains: [],
        },
        {
          file: 'text.onnx',
          inputs: { input_ids: [1, 40], end_positions: [1] },
          types: { input_ids: 'int32', end_positions: 'int32', text_embeds: 'float32' },
          domains: [],
        },
      ],
    });
    for (const { largestDifference } of about.files) expect(largestDifference).toBeLessThan(1e-3);
    expect(await readdir(file('onnx'))).toEqual(expect.arrayContaining(['tokenizer.json']));

    const { tokenizer } = await loadClipModel(TINY_CLIP_FOLDER);
    const text = await openOnnx(file('onnx/text.onnx'));
    const embeddings = [];
    for (const caption of CAPTIONS) {
      const { ids, end } = tokenizer.encode(caption);
      const { text_embeds } = await text.run({
        input_ids: { shape: [1, ids.length], data: ids },
        end_positions: { shape: [1], data: Int32Array.of(end) },
      });
      embeddings.push(unit(text_embeds!.data as Float32Array));
    }
    await text.close();
    const video = await openOnnx(file('onnx/video.onnx'));
    for (const [right, caption] of CAPTIONS.entries()) {
      const { mean, std } = about.pixels;
      const data = Float32Array.from({ length: 2 * 3 * 16 * 16 }, (_, at) => {
        const channel = Math.floor(at / 256) % 3;
        return (COLOURS[caption][channel]! / 255 - mean[channel]) / std[channel];
      });
      const { video_embeds } = await video.run({ pixel_values: { shape: [1, 2, 3, 16, 16], data } });
      const own = unit(video_embeds!.data as Float32Array);
      const cosines = embeddings.map((of) => of.reduce((sum, value, at) => sum + value * own[at]!, 0));
      expect(cosines.indexOf(Math.max(...cosines)), caption).toBe(right);
    }
    await video.close();
  });

  it('writes a classifier, a CLIP, and the encoder alone', async () => {
    const [, line] = /tgm (export .*--encoder-only)/.exec(exportModel.details)!;
    await writeFile(file('onnx/notes.txt'), 'my own');
    expect((await run(...line!.split(' '))).stdout).toMatch(
      /^encoder\.onnx {2}pixel_values float32 \[1, 2, 3, 16, 16\] -> last_hidden_state float32 \[1, 4, 24\], .* opset 20; differs by \S+ at most$/m,
    );
    // Those of the export before are gone.
    expect((await readdir(file('onnx'))).sort()).toEqual(['encoder.onnx', 'export.json', 'notes.txt']);
    expect((await run('export', 'tuned', '--output', 'classes', '--batch', '2')).code).toBe(0);
    expect(await jsonOf('classes/export.json')).toMatchObject({
      labels: ['red', 'blue'],
      files: [{ file: 'classifier.onnx', outputs: { logits: [2, 2] } }],
    });
    expect((await run('export', TINY_CLIP_FOLDER, '--output', 'clip')).code).toBe(0);
    expect(await jsonOf('clip/export.json')).toMatchObject({
      frames: 1,
      files: [
        { file: 'image.onnx', outputs: { image_embeds: [1, 64] } },
        { file: 'text.onnx', outputs: { text_embeds: [1, 64] } },
      ],
    });
  });

  it.runIf(python)('writes files that ONNX Runtime of Python reads', async () => {
    expect((await run('export', 'tuned', '--output', 'python')).code).toBe(0);
    const program = `
import sys
import numpy as np
import onnxruntime as ort
session = ort.InferenceSession(sys.argv[1], providers=["CPUExecutionProvider"])
print(*session.run(None, {"pixel_values": np.full((1, 2, 3, 16, 16), 0.5, np.float32)})[0][0])`;
    await writeFile(file('read.py'), program);
    const path = file('python/classifier.onnx');
    const said = execFileSync(python!, [file('read.py'), path], { encoding: 'utf8' })
      .trim()
      .split(' ');
    const onnx = await openOnnx(path);
    const data = new Float32Array(2 * 3 * 16 * 16).fill(0.5);
    const { logits } = await onnx.run({ pixel_values: { shape: [1, 2, 3, 16, 16], data } });
    await onnx.close();
    for (const [at, value] of (logits!.data as Float32Array).entries())
      expect(Number(said[at])).toBeCloseTo(value, 4);
  });

  it.each<readonly [string, readonly string[], RegExp, number]>([
    ['no folder', ['run'], /export\.output: .*Give it by --output: .*/, 64],
    ['a model that is not there', ['none', '--output', 'x'], /INPUT_INVALID/, 64],
    [
      'a list of files that is none',
      ['tuned', '--output', 'odd'],
      /odd.export\.json: expected what tgm export/,
      64,
    ],
    [
      'the folder of a run',
      ['tuned', '--output', 'other'],
      /other: expected a folder of tgm export alone.*events/,
      64,
    ],
    [
      'the folder of results',
      ['tuned', '--output', 'results'],
      /of another command \(tgm\.config\.json\)/,
      64,
    ],
    ['a folder that is a file', ['tuned', '--output', 'taken'], /WRITE_FAILED/, 64],
  ])('refuses %s', async (_, args, message, expected) => {
    await writeFile(file('taken'), '');
    for (const name of ['odd', 'other', 'results']) await mkdir(file(name), { recursive: true });
    await writeFile(file('other/events.jsonl'), '');
    await writeFile(file('results/tgm.config.json'), '{"evaluate":{}}');
    await writeFile(file('odd/export.json'), '{"files":[{"file":"../taken"}]}');
    const { code, stderr } = await run('export', ...args);
    expect(stderr).toMatch(message);
    expect(code).toBe(expected);
    expect(await readdir(file('other'))).toEqual(['events.jsonl']);
    expect(await readdir(file('results'))).toEqual(['tgm.config.json']);
  });
});

function unit(values: Float32Array): Float32Array {
  const norm = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
  return values.map((value) => value / norm);
}
