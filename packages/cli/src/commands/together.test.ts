import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
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
const jsonOf = async (...names: string[]) => JSON.parse(await readFile(file(...names), 'utf8'));

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
/** What a run says of itself, and no other run does. */
const withoutRun = ({ peakBytes: _, output: __, features: ___, ...said }: Record<string, unknown>) => said;

/** What lies in a folder, by path. */
async function filesOf(name: string): Promise<Record<string, string>> {
  const names = await readdir(file(name), { recursive: true, withFileTypes: true });
  const files = names.filter((each) => each.isFile()).map((each) => join(each.parentPath, each.name));
  const texts = files.map(async (path) => [
    relative(file(name), path),
    (await readFile(path)).toString('base64'),
  ]);
  return Object.fromEntries(await Promise.all(texts));
}

describe.each(LAUNCHERS)('tgm in processes of $title', { timeout: 300_000 }, (launcher) => {
  const { there } = launcher;
  const shared = (...args: string[]) => launchTgm(launcher, RANKS, args, { cwd: folder });

  /** Does the same in one process and in several, into `<name> alone` and `<name> shared`. */
  async function both(name: string, ...args: string[]) {
    const into = (kind: string) => args.map((each) => each.replace('OUT', `${name} ${kind}`));
    const one = await runTgm([...into('alone'), '--json'], { cwd: folder });
    expect(one.code, one.stderr).toBe(0);
    const several = await shared(...into('shared'), '--json');
    expect(several.code, several.stderr).toBe(0);
    return [JSON.parse(one.stdout), JSON.parse(several.stdout)].map(withoutRun);
  }

  it.skipIf(!there)('evaluate: a classifier has the figures and predictions of one process', async () => {
    const [alone, together] = await both('eval', 'evaluate', 'tuned', ...LABELLED, '--output', 'OUT');
    expect(alone).toMatchObject({ videos: 20, leftOut: [{ id: 'green/3.mp4' }] });
    expect(together).toEqual(alone);
    const { 'tgm.config.json': _, ...files } = await filesOf('eval alone');
    expect(await filesOf('eval shared')).toMatchObject(files);
  });

  it.skipIf(!there)('retrieve: features are shared out, and the answers are the same', async () => {
    const asked = ['a blue square moves', '--model', 'run', '--source', 'videos', '--features', 'OUT'];
    const [alone, together] = await both('asked', 'retrieve', ...asked);
    expect(alone).toMatchObject({ videos: 20, fresh: 21, leftOut: [{ id: 'green/3.mp4' }] });
    expect(together).toEqual(alone);
    expect(await filesOf('asked shared')).toEqual(await filesOf('asked alone'));
  });
});
