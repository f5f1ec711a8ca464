import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { onnxEngine } from '@tgm/tfjs-backend-onnx';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTeacher } from '../teacher/open-teacher.js';
import { LAUNCHERS, launchTgm } from '../testing/launch-tgm.test-support.js';
import { runTgm } from '../testing/run-tgm.test-support.js';
import { writeClassifier, writeEncoder, writeJointRun } from '../testing/some-models.test-support.js';
import { writeVideo } from '../testing/some-videos.test-support.js';

const COLOURS = {
  'a red square moves': [200, 30, 30],
  'a green square moves': [30, 180, 40],
  'a blue square moves': [30, 40, 210],
} as const;
/** Of each colour; and one that cannot be read. */
const COPIES = 7;

let folder: string;
const file = (...names: string[]): string => join(folder, ...names);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tgm-together-'));
  const engine = await onnxEngine({ threads: 1 });
  const { encoder, dispose } = await openTeacher({}, engine);
  await writeJointRun({ folder: file('run'), engine, encoder, colours: COLOURS, steps: 20 });
  await dispose();
  await engine.dispose();
  await writeClassifier(file('tuned'), ['red', 'green', 'blue']);
  await writeEncoder(file('plain'));
  let rows = '';
  for (const [caption, [red, green, blue]] of Object.entries(COLOURS))
    for (let copy = 0; copy < COPIES; copy++) {
      const name = `${caption.split(' ')[1]}/${copy}.mp4`;
      await writeVideo(file('videos', name), 4, [red + 5 * copy, green + 5 * copy, blue + 5 * copy]);
      rows += `${JSON.stringify({ id: name, path: `videos/${name}`, captions: [`${caption} ${copy}`] })}\n`;
    }
  await writeFile(file('videos', 'green', '3.mp4'), 'no video');
  await writeFile(file('videos.jsonl'), rows);
  await writeFile(file('describe.mjs'), CAPTIONER);
}, 120_000);
afterAll(() => rm(folder, { recursive: true }));

/** Says which video and frame it was asked about. It dies of the video that it is told. */
const CAPTIONER = `
  const { createInterface } = await import('node:readline');
  for await (const line of createInterface({ input: process.stdin })) {
    const { id, video, frame } = JSON.parse(line);
    if (video === process.argv[2]) process.exit(1);
    console.log(JSON.stringify({ id, caption: 'frame ' + frame + ' of ' + video }));
  }
`;

const RANKS = 2;
const LABELLED = ['--source', 'videos', '--classes', 'folders'];
const CAPTIONED = [
  'caption',
  'videos',
  '--frames',
  '2',
  '--model',
  'test',
  '--revision',
  '1',
  '--out',
  'OUT',
];
const describer = (...dies: string[]) => ['--', process.execPath, 'describe.mjs', ...dies];

/** What a run says of itself, and no other run does. */
const withoutRun = ({
  peakBytes: _,
  output: __,
  features: ___,
  out: ____,
  ...said
}: Record<string, unknown>) => said;

/** What lies in a folder, by path, but for configurations. */
async function filesOf(name: string): Promise<Record<string, string>> {
  const names = await readdir(file(name), { recursive: true, withFileTypes: true });
  const files = names.filter((each) => each.isFile() && each.name !== 'tgm.config.json');
  const texts = files.map(async ({ parentPath, name: each }) => {
    const path = join(parentPath, each);
    return [relative(file(name), path), (await readFile(path)).toString('base64')];
  });
  return Object.fromEntries(await Promise.all(texts));
}

const into = (args: readonly string[], output: string): string[] =>
  args.map((each) => (each === 'OUT' ? output : each));

/** What one process says of a command, into `<name> alone`. */
async function told(name: string, args: readonly string[]): Promise<Record<string, unknown>> {
  const one = await runTgm(into(args, `${name} alone`), { cwd: folder });
  expect(one.code, one.stderr).toBe(0);
  return withoutRun(JSON.parse(one.stdout));
}
const saidAlone = new Map<string, ReturnType<typeof told>>();

/** What does not depend on the library is tried with one. */
const any = LAUNCHERS.find(({ there }) => there);

describe.each(LAUNCHERS)('tgm in processes of $title', { timeout: 300_000 }, (launcher) => {
  const { there, title } = launcher;
  const shared = (args: readonly string[]) => launchTgm(launcher, RANKS, args, { cwd: folder });
  const sharedIn = (name: string) => `${name} ${title}`;

  /** Does the same in one process and in several, into `<name> alone` and another folder. @returns what both say. */
  async function both(name: string, ...words: string[]) {
    const [command, ...others] = words as [string, ...string[]];
    const args = [command, '--json', ...others];
    const alone = saidAlone.get(name) ?? told(name, args);
    saidAlone.set(name, alone);
    const several = await shared(into(args, sharedIn(name)));
    expect(several.code, several.stderr).toBe(0);
    return [await alone, withoutRun(JSON.parse(several.stdout))] as const;
  }

  it.skipIf(!there)('evaluate: a classifier has the figures and predictions of one process', async () => {
    const [alone, together] = await both('tested', 'evaluate', 'tuned', ...LABELLED, '--output', 'OUT');
    expect(alone).toMatchObject({ videos: 20, leftOut: [{ id: 'green/3.mp4' }] });
    expect(together).toEqual(alone);
    expect(await filesOf(sharedIn('tested'))).toEqual(await filesOf('tested alone'));
  });

  it.skipIf(!there)('retrieve: features are shared out, and the answers are the same', async () => {
    const asked = ['a blue square moves', '--model', 'run', '--source', 'videos', '--features', 'OUT'];
    const [alone, together] = await both('asked', 'retrieve', ...asked);
    expect(alone).toMatchObject({ videos: 20, fresh: 21, leftOut: [{ id: 'green/3.mp4' }] });
    expect(together).toEqual(alone);
    expect(await filesOf(sharedIn('asked'))).toEqual(await filesOf('asked alone'));
  });

  it.skipIf(launcher !== any)(
    'evaluate: a model that knows captions has the figures of one process',
    async () => {
      const joint = ['evaluate', 'run', '--source', 'videos.jsonl', '--features', 'OUT'];
      const [alone, together] = await both('joint', ...joint);
      expect(alone).toMatchObject({ videos: 20, figures: { 'textToVideo/R@1': {} } });
      expect(together).toEqual(alone);
    },
  );

  it.skipIf(launcher !== any)(
    'caption: one file as of one process, also behind a process that died',
    async () => {
      // Of a video whose share has others before it.
      const dead = await shared(into([...CAPTIONED, ...describer('red/5.mp4')], sharedIn('captions')));
      expect(dead.code).not.toBe(0);
      const parts = (await readdir(folder)).filter((name) =>
        name.startsWith(`${sharedIn('captions')}.part-`),
      );
      expect(parts.length).toBeGreaterThan(0);
      const [alone, together] = await both('captions', ...CAPTIONED, ...describer());
      expect(alone).toMatchObject({ videos: 20, described: 20, known: 0, refused: [{ id: 'green/3.mp4' }] });
      expect(together).toMatchObject({ videos: 20, captions: 40, refused: [{ id: 'green/3.mp4' }] });
      expect(together.known).toBeGreaterThan(0);
      const [one, other] = await Promise.all(
        ['captions alone', sharedIn('captions')].map((name) => readFile(file(name), 'utf8')),
      );
      expect(other).toBe(one);
      expect((await readdir(folder)).filter((name) => name.includes('.part-'))).toEqual([]);
    },
  );

  it.skipIf(launcher !== any)('score and shards: each process does a part of the same files', async () => {
    const score = ['score', 'videos.jsonl', '--output', 'OUT', '--frames.every', '2', '--shard-size', '4'];
    const [alone, together] = await both('scores', ...score);
    expect(alone).toMatchObject({ videos: 20, fresh: 20, isWhole: true, leftOut: [{ id: 'green/3.mp4' }] });
    expect(together).toEqual(alone);
    expect(await filesOf(sharedIn('scores'))).toEqual(await filesOf('scores alone'));
    const tars = ['shards', 'videos.jsonl', '--output', 'OUT', '--samples-per-shard', '4'];
    const [whole, inParts] = await both('shards', ...tars);
    expect(whole).toMatchObject({ samples: 20, refused: [{ id: 'green/3.mp4' }] });
    expect(inParts).toEqual(whole);
    expect(await filesOf(sharedIn('shards'))).toEqual(await filesOf('shards alone'));
  });

  it.skipIf(!there)('a failure of one of them ends all, with its code', async () => {
    const ended = await shared(['evaluate', 'plain', ...LABELLED, '--json']);
    expect(ended.code).toBe(64);
    expect(JSON.parse(ended.stdout).error.code).toBe('INPUT_INVALID');
  });
});

it.skipIf(!any)('probe and fine-tuning have the figures of one process', { timeout: 300_000 }, async () => {
  const shared = (...args: string[]) => launchTgm(any!, RANKS, args, { cwd: folder });
  const alone = async (...args: string[]) => {
    const ended = await runTgm(args, { cwd: folder });
    expect(ended.code, ended.stderr).toBe(0);
    return JSON.parse(ended.stdout);
  };
  const test = ['--validation.source', 'videos', '--validation.classes', 'folders'];
  const probing = [
    ...['probe', 'plain', '--preset', 'probe-b-ssv2', '--laptop', '--attentive.attention-heads', '2'],
    ...[...LABELLED, ...test, '--json'],
  ];
  const probed = await shared(...probing, '--output', 'probed', '--features', 'kept');
  expect(probed.code, probed.stderr).toBe(0);
  const one = await alone(...probing, '--output', 'probed alone', '--features', 'kept alone');
  expect(withoutRun(JSON.parse(probed.stdout))).toEqual(withoutRun(one));
  expect(await filesOf('kept')).toEqual(await filesOf('kept alone'));

  const tuning = [
    'finetune',
    'videos',
    '--classes',
    'folders',
    ...test,
    '--preset',
    'finetune-b-ssv2',
    '--laptop',
  ];
  const length = ['--length.epochs', '1', '--length.videos-per-step', '4', '--output', 'run tuned', '--json'];
  const tuned = await shared(...tuning, ...length);
  expect(tuned.code, tuned.stderr).toBe(0);
  const said = await alone('evaluate', 'run tuned', ...LABELLED, '--json');
  expect(JSON.parse(tuned.stdout).test.figures).toEqual(said.figures);
});
