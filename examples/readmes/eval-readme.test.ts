import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { readFeatures } from '@tgm/eval';
import { seededRandom } from '@tgm/masking';
import { saveVideoMae, videoMae } from '@tgm/models';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { writeVideo } from './square-videos.js';

const ROOT = resolve(import.meta.dirname, '../..');

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tgm-eval-readme-'));
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'), 'junction');
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
  for (const part of ['train', 'test']) {
    for (const way of ['down', 'right'] as const) {
      const place = join(folder, 'labelled', part, way);
      await mkdir(place, { recursive: true });
      for (const start of [2, 9, 17]) await writeVideo(join(place, `${start}.mp4`), way, start);
    }
  }
  await writeFile(join(folder, 'labelled/train/down/torn.mp4'), 'not a video');
  const model = videoMae({
    imageSize: 32,
    patchSize: 16,
    numFrames: 4,
    tubeletSize: 2,
    hiddenSize: 24,
    numHiddenLayers: 2,
    numAttentionHeads: 2,
    intermediateSize: 48,
    layerNormEps: 1e-6,
    decoderHiddenSize: 16,
    decoderNumHiddenLayers: 1,
    decoderNumAttentionHeads: 2,
    decoderIntermediateSize: 32,
    decoderNormEps: 1e-6,
  });
  const params = model.init(seededRandom('readme'));
  await saveVideoMae(join(folder, 'run/pretrained/step-00020000'), model, params);
});
afterAll(() => rm(folder, { recursive: true }));

it('has a program from a checkpoint and videos to features on disk and a probe, which goes on', {
  timeout: 120_000,
}, async () => {
  const readme = await readFile(join(ROOT, 'packages/eval/README.md'), 'utf8');
  const program = [...readme.matchAll(/^```ts\n(.*?)^```/gms)].find(([, code]) =>
    code!.includes('writeFeatures('),
  )![1]!;
  // The videos of this test have eight frames.
  expect(program).toContain('stride: 4 }');
  await writeFile(join(folder, 'program.ts'), program.replace('stride: 4 }', 'stride: 1 }'));
  const tsx = join(ROOT, 'node_modules/tsx/dist/cli.mjs');
  const run = () => promisify(execFile)(process.execPath, [tsx, 'program.ts'], { cwd: folder });

  const { stdout, stderr } = await run();
  expect(stdout).toMatch(
    /^train 6 \[\s+\{\s+id: '[^']*torn[^']*',[\s\S]*VIDEO_UNREADABLE[\s\S]*\]\ntest 6 \[\]\nencoder 24 [\d.]+\npixels 96 [\d.]+\nencoder \+ pixels 120 [\d.]+\n$/,
  );
  expect(stderr).toContain('train: 7 of 7, ');
  const { ids, labels, values } = await readFeatures(join(folder, 'features/train'));
  expect(ids).toEqual(
    ['down/17', 'down/2', 'down/9', 'right/17', 'right/2', 'right/9'].map((id) =>
      expect.stringContaining(id),
    ),
  );
  expect([...labels]).toEqual([0, 0, 0, 1, 1, 1]);

  const again = await run();
  expect(again.stdout).toBe(stdout);
  expect(again.stderr.match(/train: .*/g)).toEqual(['train: 7 of 7, 0.0 a second']);
  expect((await readFeatures(join(folder, 'features/train'))).values).toEqual(values);
});
