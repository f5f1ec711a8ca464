import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { TINY_CLIP_FOLDER } from '@tgm/cli';
import { loadVideoMaeClassifier, loadVideoMaeEncoder } from '@tgm/models';
import { loadCheckpoint } from '@tgm/train';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeVideo } from './square-videos.js';

const ROOT = resolve(import.meta.dirname, '../..');
const SIZE = 'size: { width: 32, height: 32 }, frameCount: 4';
const SIZE_OF_CLIP = SIZE.replaceAll('32', '64');

/** What a test has no time for, made small: what the README says and what is put in its place. */
const SMALLER: readonly (readonly [string, string])[] = [
  [
    "videoMae('small')",
    `videoMae({ imageSize: 32, patchSize: 16, numFrames: 4, tubeletSize: 2, hiddenSize: 24, numHiddenLayers: 2,
      numAttentionHeads: 2, intermediateSize: 48, layerNormEps: 1e-6, decoderHiddenSize: 16, decoderNumHiddenLayers: 1,
      decoderNumAttentionHeads: 2, decoderIntermediateSize: 32, decoderNormEps: 1e-6 })`,
  ],
  ['pretrainingRecipe({ stride: 4 })', `pretrainingRecipe({ stride: 1, ${SIZE} })`],
  ['fineTuningRecipe({ sampling,', `fineTuningRecipe({ sampling, ${SIZE},`],
  ['testRecipe({ sampling,', `testRecipe({ sampling, ${SIZE},`],
  ['[20_000, 8, 0]', '[4, 2, 0]'],
  ['[5000, 8, 0]', '[3, 2, 0]'],
  ['warmupSteps: 1000', 'warmupSteps: 1'],
  ['warmupSteps: 500', 'warmupSteps: 1'],
  ['step-00020000', 'step-00000004'],
];

/** The same of the program of contrast between views, and what it takes for given. */
const SMALLER_CONTRAST: readonly (readonly [string, string])[] = [
  ['batchSize: 64', 'batchSize: 2'],
  ['steps: 10_000', 'steps: 2'],
];
/** The same of the programs of other targets; CLIP reads 64 x 64 pixels. */
const SMALLER_TARGETS: readonly (readonly [string, string])[] = [
  ...SMALLER.map(
    ([said, put]) => [said, put.replaceAll('32, patch', '64, patch').replace(SIZE, SIZE_OF_CLIP)] as const,
  ),
  ["loadClipModel('clip-vit-base-patch16')", `loadClipModel('${TINY_CLIP_FOLDER}')`],
  ['steps = 20_000', 'steps = 4'],
  ['codebookSteps = 10_000', 'codebookSteps = 4'],
  ['[1024, 0]', '[8, 0]'],
  ['batchSize: 64', 'batchSize: 2'],
  ['warmupSteps: 1000', 'warmupSteps: 1'],
];
const GIVEN = `import { onnxEngine } from '@tgm/tfjs-backend-onnx';
import { videoExamples } from '@tgm/train';
import { cvrlViews, readVideoFolder, videoPool, viewsRecipe } from '@tgm/video-io';

const config = { imageSize: 32, patchSize: 16, numFrames: 4, tubeletSize: 2, hiddenSize: 24, numHiddenLayers: 2,
  numAttentionHeads: 2, intermediateSize: 48, layerNormEps: 1e-6 };
const engine = await onnxEngine();
const pool = videoPool({ workers: 1 });
const dataset = await readVideoFolder('videos');
const recipe = viewsRecipe({ ${SIZE}, views: cvrlViews({ stride: 1 }) });
`;
const TO_THE_END = `
import { follow } from '@tgm/train';
await follow(events);
await pool.close();
await engine.dispose();
`;

let folder: string;
let programs: string[];
let contrast: string;
let blocks: string[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tgm-train-readme-'));
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'), 'junction');
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
  for (const place of [
    'videos',
    'labelled/train/down',
    'labelled/train/right',
    'labelled/test/down',
    'labelled/test/right',
  ]) {
    await mkdir(join(folder, place), { recursive: true });
    for (const start of [2, 9, 17]) {
      await writeVideo(join(folder, place, `${start}.mp4`), place.endsWith('down') ? 'down' : 'right', start);
    }
  }
  for (const start of [2, 9, 17])
    await writeFile(join(folder, 'videos', `${start}.txt`), `a square from ${start}`);
  const readme = await readFile(join(ROOT, 'packages/train/README.md'), 'utf8');
  blocks = [...readme.matchAll(/^```ts\n(.*?)^```/gms)].map(([, code]) => code!);
  programs = blocks.slice(0, 2);
  contrast = blocks.find((code) => code.includes('VIEW_CONTRASTS'))!;
});
afterAll(() => rm(folder, { recursive: true }));

const linesOf = (program: string): number =>
  program.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('import ')).length;

/** @param launcher what starts it, with its flags; by default itself. */
async function run(program: string, smaller = SMALLER, launcher: readonly string[] = []): Promise<string> {
  let small = program;
  for (const [said, put] of smaller) small = small.replace(said, put);
  await writeFile(join(folder, 'program.ts'), small);
  const tsx = join(ROOT, 'node_modules/tsx/dist/cli.mjs');
  const [command, ...words] = [...launcher, process.execPath, tsx, 'program.ts'];
  // Open MPI starts nothing for root without being told twice.
  const env = { ...process.env, OMPI_ALLOW_RUN_AS_ROOT: '1', OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: '1' };
  const child = spawn(command!, words, { cwd: folder, env });
  let [printed, complaints] = ['', ''];
  child.stdout.on('data', (text) => (printed += text));
  child.stderr.on('data', (text) => (complaints += text));
  const code = await new Promise((done) => child.on('close', done));
  expect({ code, complaints: code === 0 ? '' : complaints }).toEqual({ code: 0, complaints: '' });
  return printed;
}

describe('the README of train', { timeout: 180_000 }, () => {
  it('begins with two programs, of ten lines and of fifteen, in which there is all that is made smaller here', () => {
    expect(programs.map(linesOf)).toEqual([10, 15]);
    const missing = SMALLER.filter(([said]) => !programs.some((program) => program.includes(said)));
    expect(missing).toEqual([]);
  });

  it('has a first program that goes from a folder of videos to a trained model', async () => {
    await run(programs[0]!);
    const { step } = await loadCheckpoint(join(folder, 'run/pretrained'));
    expect(step).toBe(4);
  });

  it('has a second one that goes on to a classifier, and tests it', async () => {
    const printed = await run(programs[1]!);
    expect(printed).toMatch(
      /top1: \d+(\.\d+)?,\s+top5: 100,\s+classMeanTop1: .*,\s+classMeanTop5: 100,\s+videos: 6,\s+leftOut: 0/,
    );
    const { model } = await loadVideoMaeClassifier(join(folder, 'run/finetuned/step-00000003'));
    expect(model.config.labels).toEqual(['down', 'right']);
  });

  it.each([
    ['what CLIP sees of what is visible', 'FEATURE_LOSSES.umt), weight: 2', ['run/umt']],
    [
      'the numbers of a codebook that is trained first',
      'codebookTeacher({ ...trained',
      ['run/codebook', 'run/tokens'],
    ],
    ['the hidden words of captions', 'captionTokenLoss({ tokenizer', ['run/words']],
  ])('has a whole program that predicts %s', async (_, words, runs) => {
    await run(blocks.find((code) => code.includes(words))!, SMALLER_TARGETS);
    for (const path of runs) expect((await loadCheckpoint(join(folder, path))).step).toBe(4);
  });

  it('has a program of contrast between views, whose encoder others open', async () => {
    for (const [said] of SMALLER_CONTRAST) expect(contrast).toContain(said);
    await run(GIVEN + contrast + TO_THE_END, SMALLER_CONTRAST);
    const { path, step } = await loadCheckpoint(join(folder, 'run/checkpoints'));
    expect(step).toBe(2);
    const { model } = await loadVideoMaeEncoder(path);
    expect(model.config.hiddenSize).toBe(24);
  });

  describe.each([
    ['mpirun.openmpi', ['--oversubscribe', '--bind-to', 'none']],
    // What runs TypeScript stands between it and the program.
    ['mpirun.mpich', ['-pmi-port']],
  ] as const)('under %s', (launcher, flags) => {
    const there = (process.env.PATH ?? '').split(delimiter).some((path) => existsSync(join(path, launcher)));

    it.skipIf(!there)(
      'has a program with batches of its own, which learns the same on four processes',
      async () => {
        const program = blocks.find((code) => code.includes('const batches: Batches<'))!;
        for (const ranks of ['1', '4'])
          expect(await run(program, [], [launcher, ...flags, '-n', ranks])).toBe('w 2.0000\n');
      },
    );
  });
});
