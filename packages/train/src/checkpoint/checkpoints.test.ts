import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededRandom } from '@tgm/masking';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Artefact } from '../trainer/objective.js';
import { recordText } from './checkpoint-record.js';
import { digestsOf } from './file-digests.js';
import { type DamagedCheckpoint, findCheckpoint, latestCheckpoint } from './find-checkpoint.js';
import { readCheckpoint } from './read-checkpoint.js';
import { savedRun } from './saved-run.test-support.js';
import { STATE_JSON, STATE_TENSORS, writeCheckpoint } from './write-checkpoint.js';

const notes: readonly Artefact[] = [
  { folder: '.', write: (path) => writeFile(join(path, 'config.json'), '{"a":1}') },
  { folder: 'teacher/deep', write: (path) => writeFile(join(path, 'notes.txt'), 'hello') },
];

let root: string;
let folder: string;
let runs = 0;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'checkpoints-'));
});
beforeEach(() => {
  folder = join(root, `run-${runs++}`, 'checkpoints');
});
afterAll(() => rm(root, { recursive: true }));

const write = (step: number, keep = 3) => writeCheckpoint(folder, savedRun(step), notes, { keep });

/** The newest whole checkpoint, and what was said of others. */
async function find() {
  const damaged: DamagedCheckpoint[] = [];
  return { found: await findCheckpoint(folder, (each) => damaged.push(each)), damaged };
}

describe('a checkpoint', () => {
  it('comes back bit for bit, with its tensors under readable names', async () => {
    const path = await write(100);
    expect(path).toBe(join(folder, 'step-00000100'));
    expect(await readCheckpoint(path)).toEqual(savedRun(100));
    expect((await find()).found).toEqual({ path, saved: savedRun(100) });
    expect(await latestCheckpoint(folder)).toBe(path);
    const header = (await readFile(join(path, STATE_TENSORS))).toString('latin1');
    for (const name of ['params', 'average', 'optimizer/first', 'optimizer/second'])
      expect(header).toContain(`"${name}/encoder/layer.0.weight"`);
    expect(header).toContain('"buffers/keys":{"dtype":"I32"');
  });

  it('may have no average, no slots and no buffers', async () => {
    const { average: _, ...bare } = { ...savedRun(1), buffers: {}, optimizer: { step: 1, slots: {} } };
    expect(await readCheckpoint(await writeCheckpoint(folder, bare, [], { keep: 1 }))).toEqual(bare);
  });

  it('says what every other file holds', async () => {
    const { files } = JSON.parse(await readFile(join(await write(1), STATE_JSON), 'utf8'));
    expect(Object.keys(files)).toEqual(['config.json', 'teacher/deep/notes.txt', STATE_TENSORS]);
    // echo -n hello | sha256sum
    const sha256 = '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824';
    expect(files['teacher/deep/notes.txt']).toEqual({ bytes: 5, sha256 });
  });

  it('may be moved and given another name', async () => {
    await cp(await write(7), join(root, 'best'), { recursive: true });
    expect((await readCheckpoint(join(root, 'best'))).step).toBe(7);
  });

  it('with a slot that names two is refused', async () => {
    const saved = { ...savedRun(1), optimizer: { step: 1, slots: { 'a/b': {} } } };
    await expect(writeCheckpoint(folder, saved, [], { keep: 1 })).rejects.toMatchObject({
      code: 'OPTION_INVALID',
    });
  });
});

describe('of the checkpoints of a run', () => {
  it('the newest are kept', async () => {
    for (const step of [5, 10, 15, 20]) await write(step, 2);
    expect(await readdir(folder)).toEqual(['step-00000015', 'step-00000020']);
    await write(25, 1);
    expect(await readdir(folder)).toEqual(['step-00000025']);
  });

  it('none is there in a folder without', async () => {
    expect((await find()).found).toBeUndefined();
    await mkdir(join(folder, 'step-1'), { recursive: true });
    await writeFile(join(folder, 'notes.txt'), '');
    expect((await find()).found).toBeUndefined();
    expect(await latestCheckpoint(folder)).toBeUndefined();
    await expect(latestCheckpoint('')).rejects.toMatchObject({ code: 'OPTION_INVALID' });
  });

  it('those that were never completed, or half removed, are no checkpoints and are swept away', async () => {
    const path = await write(5);
    await cp(path, join(folder, 'step-00000009.partial'), { recursive: true });
    await cp(path, join(folder, 'step-00000004.removed.partial'), { recursive: true });
    expect(await find()).toMatchObject({ found: { path }, damaged: [] });
    await write(6);
    expect(await readdir(folder)).toEqual(['step-00000005', 'step-00000006']);
  });

  it('the one of the step that is done is kept, also beside later ones that are damaged', async () => {
    await write(1);
    await truncate(join(await write(3), STATE_TENSORS), 9);
    await write(2, 1);
    expect((await find()).found?.saved).toEqual(savedRun(2));
    expect(await readdir(folder)).toEqual(['step-00000002', 'step-00000003']);
    await write(3, 1);
    expect(await find()).toMatchObject({ found: { saved: { step: 3 } }, damaged: [] });
    expect(await readdir(folder)).toEqual(['step-00000003']);
  });
});

/** Writes a record anew over files that were changed, as somebody might who changes a checkpoint by hand. */
async function signAgain(path: string, change: object = {}): Promise<void> {
  const file = join(path, STATE_JSON);
  const { format: _, sha256: __, ...record } = JSON.parse(await readFile(file, 'utf8'));
  await rm(file);
  await writeFile(file, recordText({ ...record, files: await digestsOf(path), ...change }));
}

const state = (path: string) => join(path, STATE_TENSORS);
const json = (path: string) => join(path, STATE_JSON);

/** What is done to a checkpoint, and what is said of it then. */
const damages: readonly (readonly [string, (path: string) => Promise<unknown>, string])[] = [
  [
    'without its JSON',
    (path) => rm(json(path)),
    `${STATE_JSON}: expected a file of the checkpoint, got none`,
  ],
  [
    'without its tensors',
    (path) => rm(state(path)),
    `${STATE_TENSORS}: expected a file of the checkpoint, got none`,
  ],
  ['without an artefact', (path) => rm(join(path, 'config.json')), 'config.json: expected a file of the'],
  [
    'without a folder',
    (path) => rm(join(path, 'teacher'), { recursive: true }),
    'notes.txt: expected a file',
  ],
  [
    'with a folder in place of a file',
    async (path) => {
      await rm(state(path));
      await mkdir(state(path));
    },
    STATE_TENSORS,
  ],
  ['cut short', (path) => truncate(state(path), 100), 'bytes, got 100.'],
  ['with an empty JSON', (path) => truncate(json(path), 0), `${STATE_JSON}: expected JSON in UTF-8`],
  ['with half a JSON', (path) => truncate(json(path), 300), `${STATE_JSON}: expected JSON in UTF-8`],
  [
    'with a list for JSON',
    (path) => writeFile(json(path), '[]'),
    `${STATE_JSON}: expected a JSON object, got []`,
  ],
  [
    'with null for JSON',
    (path) => writeFile(json(path), 'null'),
    `${STATE_JSON}: expected a JSON object, got null`,
  ],
  [
    'with an empty object',
    (path) => writeFile(json(path), '{}'),
    `${STATE_JSON}: expected contents with the SHA-256`,
  ],
  [
    'with tensors set to zero',
    async (path) => {
      const bytes = await readFile(state(path));
      await writeFile(state(path), bytes.fill(0, bytes.length / 2));
    },
    `${STATE_TENSORS}: expected bytes with the SHA-256`,
  ],
  [
    'with another step in its JSON',
    async (path) => {
      const text = await readFile(json(path), 'utf8');
      await writeFile(json(path), text.replace('"step": 20', '"step": 99'));
    },
    `${STATE_JSON}: expected contents with the SHA-256`,
  ],
  [
    'with another step, signed again',
    (path) => signAgain(path, { step: 99 }),
    'expected step 20, as its folder is called, got step 99',
  ],
  [
    'under the name of another step',
    async (path) => {
      await rename(path, join(folder, 'step-00000030'));
    },
    'expected step 30, as its folder is called, got step 20',
  ],
  [
    'with half of what a run is',
    (path) => signAgain(path, { description: { run: {} } }),
    `${STATE_JSON}, key description`,
  ],
  [
    'with a text for a step',
    (path) => signAgain(path, { step: '20' }),
    `${STATE_JSON}, key step: expected a whole number`,
  ],
  ['with a key that nobody knows', (path) => signAgain(path, { more: 1 }), `${STATE_JSON}, key more`],
  [
    'with moments of another shape',
    async (path) => {
      await changeHeader(
        path,
        /("optimizer\/first\/encoder\.bias":\{"dtype":"F32","shape":)\[16\]/,
        '$1[4,4]',
      );
      await signAgain(path);
    },
    'optimizer/first/encoder.bias: expected [16], as the parameter is, got [4,4]',
  ],
  [
    'with tensors of another name',
    async (path) => {
      await changeHeader(path, /buffers\/queue/, 'elsewh/queue');
      await signAgain(path);
    },
    'elsewh/queue',
  ],
  [
    'with something else for tensors',
    async (path) => {
      await writeFile(state(path), 'these are no tensors');
      await signAgain(path);
    },
    STATE_TENSORS,
  ],
];

/** Changes the text in front of the tensors; the length of it stays. */
async function changeHeader(path: string, from: RegExp, to: string): Promise<void> {
  const bytes = await readFile(state(path));
  const length = Number(bytes.readBigUInt64LE(0));
  const header = bytes.toString('utf8', 8, 8 + length);
  const changed = header.replace(from, to);
  expect(changed).not.toBe(header);
  bytes.write(changed.trimEnd().padEnd(length), 8);
  await writeFile(state(path), bytes);
}

describe.each(damages)('a checkpoint %s', (_, damage, words) => {
  it('is passed over with a word, and never for a fresh start', async () => {
    await write(10);
    await damage(await write(20));
    const { found, damaged } = await find();
    expect(found?.saved).toEqual(savedRun(10));
    expect(damaged.length).toBe(1);
    expect(damaged[0]!.fault).toMatchObject({ name: 'TrainError', code: 'CHECKPOINT_DAMAGED' });
    expect(damaged[0]!.fault.message).toContain(words);
    await expect(readCheckpoint(damaged[0]!.path)).rejects.toThrow(words);
    await rm(join(folder, 'step-00000010'), { recursive: true });
    const all = { code: 'CHECKPOINT_DAMAGED', where: folder, message: expect.stringContaining(words) };
    await expect(find()).rejects.toMatchObject(all);
  });
});

it('every flipped bit of every file is noticed', async () => {
  await write(10);
  const path = await write(20);
  const random = seededRandom('flips');
  for (const name of [STATE_JSON, STATE_TENSORS, 'config.json', 'teacher/deep/notes.txt']) {
    const whole = await readFile(join(path, name));
    for (let flip = 0; flip < 30; flip++) {
      const bytes = Buffer.from(whole);
      const at = Math.floor(random() * bytes.length);
      bytes[at]! ^= 1 << Math.floor(random() * 8);
      await writeFile(join(path, name), bytes);
      const { found, damaged } = await find();
      expect(found?.saved.step, `${name}, byte ${at}`).toBe(10);
      expect(damaged[0]?.fault.message).toContain(join(path, name));
    }
    await writeFile(join(path, name), whole);
  }
  expect((await find()).found?.saved).toEqual(savedRun(20));
});

it('the format of a later version is told apart from damage', async () => {
  await write(10);
  const path = await write(20);
  await signAgain(path, { format: 2 });
  await expect(find()).rejects.toMatchObject({ code: 'CHECKPOINT_MISMATCH', received: 'one of format 2' });
});

it('a folder that is a file is no fresh start', async () => {
  await mkdir(join(folder, '..'));
  await writeFile(folder, 'a file');
  await expect(find()).rejects.toMatchObject({ code: 'CHECKPOINT_FAILED', cause: { code: 'ENOTDIR' } });
  await expect(write(1)).rejects.toMatchObject({ code: 'CHECKPOINT_FAILED', cause: { code: 'EEXIST' } });
});
