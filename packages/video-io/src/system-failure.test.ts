import { execFile } from 'node:child_process';
import { appendFileSync, rmSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS } from './container/limits.js';
import { withVideo } from './container/open-video.js';
import {
  clipLoader,
  datasetOf,
  decodeClip,
  encodeVideo,
  pretrainingRecipe,
  probeVideo,
  readManifest,
  VideoError,
} from './index.js';
import { directPool } from './pool/direct-pool.test-support.js';
import { systemErrorOf } from './system-failure.js';

const size = { width: 16, height: 16 };
const once = { indices: [0], size };
let root: string;
let drive: string;
let first: string;
let second: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'tgm-system-'));
  drive = join(root, 'drive');
  await mkdir(drive);
  first = join(drive, 'a.mp4');
  second = join(drive, 'b.mp4');
  for (const path of [first, second])
    await encodeVideo(path, new Uint8Array(4 * 16 * 16 * 3).fill(90), { ...size, fps: 25 });
});
afterAll(() => rm(root, { recursive: true }));

const systemFault = (cause: string) => ({ code: 'SYSTEM_FAILED', fault: 'system', cause: { code: cause } });
const missing = { code: 'VIDEO_NOT_FOUND', fault: 'file' };

/** Runs a program whose system breaks behind its first sample. */
async function runBroken(breaking: string, handles = ''): Promise<{ told: unknown; quarantined: string }> {
  const quarantine = join(await mkdtemp(join(root, `${breaking}-`)), 'bad.jsonl');
  const program = fileURLToPath(new URL('./system-failure.test-support.ts', import.meta.url));
  const command = `${handles} exec "$@"`;
  const { stdout } = await promisify(execFile)('sh', [
    ...['-c', command, 'sh', process.execPath, '--import', 'tsx', program],
    ...[breaking, quarantine, first, second],
  ]);
  return { told: JSON.parse(stdout), quarantined: await readFile(quarantine, 'utf8') };
}

describe.skipIf(process.platform === 'win32')('a fault of the system ends a run and blames no video', () => {
  it('when no file can be opened any more', async () => {
    const { told, quarantined } = await runBroken('handles', 'ulimit -n 200;');
    expect(told).toEqual({ given: [first], code: 'SYSTEM_FAILED', fault: 'system', cause: 'EMFILE' });
    expect(quarantined).toBe('');
  });

  it('when a file may not be read', async () => {
    const { told, quarantined } = await runBroken('rights');
    expect(told).toEqual({ given: [first], code: 'SYSTEM_FAILED', fault: 'system', cause: 'EACCES' });
    expect(quarantined).toBe('');
  });

  it('when the drive of the videos is away, and goes on when it is back', async () => {
    const quarantine = join(root, 'away.jsonl');
    const options = {
      dataset: datasetOf(
        'two',
        [first, second].map((source) => ({ id: source, source, captions: [] })),
      ),
      pool: directPool(),
      recipe: pretrainingRecipe({ frameCount: 2, stride: 1, size }),
      seed: 0,
      epochs: 1,
      prefetch: 1,
      badSamples: { kind: 'skip', limit: 9, quarantine },
    } as const;
    const loader = clipLoader(options);
    const run = async () => {
      const given: string[] = [];
      for await (const { sample } of clipLoader({ ...options, state: loader.state() })) given.push(sample.id);
      return given.sort();
    };
    await rename(drive, `${drive}-away`);
    await expect(run()).rejects.toMatchObject(systemFault('ENOENT'));
    await mkdir(drive);
    await expect(run(), 'an empty mount point').rejects.toMatchObject(systemFault('ENOENT'));
    await rm(drive, { recursive: true });
    await rename(`${drive}-away`, drive);
    expect(await run()).toEqual([first, second]);
    expect(await readFile(quarantine, 'utf8')).toBe('');
  });

  it.runIf(process.platform === 'linux')('when the disk gives no bytes', async () => {
    await expect(probeVideo('/proc/self/mem')).rejects.toMatchObject(systemFault('EIO'));
    await expect(decodeClip('/proc/self/mem', once)).rejects.toMatchObject(systemFault('EIO'));
    await expect(readManifest('/proc/self/mem')).rejects.toMatchObject(systemFault('EIO'));
  });

  it('when bytes cannot be put into a file', async () => {
    const bytes = await readFile(first);
    const { TMPDIR } = process.env;
    process.env.TMPDIR = join(root, 'nowhere');
    try {
      await expect(probeVideo(bytes)).rejects.toMatchObject(systemFault('ENOENT'));
    } finally {
      if (TMPDIR === undefined) delete process.env.TMPDIR;
      else process.env.TMPDIR = TMPDIR;
    }
  });
});

describe('a file that is not there', () => {
  it('is at fault itself where others are beside it', async () => {
    await expect(probeVideo(join(drive, 'none.mp4'))).rejects.toMatchObject(missing);
    await expect(probeVideo(join(first, 'none.mp4'))).rejects.toMatchObject(missing);
    await expect(probeVideo(`${'x'.repeat(300)}.mp4`)).rejects.toMatchObject(missing);
    await expect(probeVideo('a\0.mp4')).rejects.toMatchObject(missing);
    await expect(probeVideo('https://example.com/a.mp4')).rejects.toMatchObject(missing);
    await expect(probeVideo(drive)).rejects.toMatchObject({ ...missing, received: 'a folder' });
  });

  it('is looked for where its link leads', async () => {
    const links = join(root, 'links');
    await mkdir(links);
    await symlink('../drive/a.mp4', join(links, 'sound.mp4'));
    await symlink('../drive/none.mp4', join(links, 'none.mp4'));
    await symlink('../other drive/a.mp4', join(links, 'away.mp4'));
    expect(await probeVideo(join(links, 'sound.mp4'))).toMatchObject({ width: 16 });
    await expect(probeVideo(join(links, 'none.mp4'))).rejects.toMatchObject(missing);
    await expect(probeVideo(join(links, 'away.mp4'))).rejects.toMatchObject(systemFault('ENOENT'));
  });

  it('is not blamed on the system where it is there and damaged', async () => {
    const path = join(drive, 'damaged.mp4');
    await writeFile(path, (await readFile(first)).subarray(0, 400));
    await expect(probeVideo(path)).rejects.toMatchObject({ code: 'VIDEO_UNREADABLE', fault: 'file' });
  });

  it('is not blamed for damage while someone writes it, or takes it away', async () => {
    const path = join(drive, 'growing.mp4');
    const damage = new VideoError('VIDEO_DECODE_FAILED', {
      source: path,
      expected: 'frames',
      received: 'none',
    });
    const whole = await readFile(first);
    const use = (meanwhile: () => void) =>
      withVideo(path, DEFAULT_LIMITS, () => {
        meanwhile();
        throw damage;
      });
    await writeFile(path, whole);
    expect(() => use(() => undefined)).toThrow(damage);
    expect(() => use(() => appendFileSync(path, 'more'))).toThrow(
      expect.objectContaining({ code: 'SYSTEM_FAILED', cause: expect.objectContaining({ code: 'EBUSY' }) }),
    );
    expect(() => use(() => rmSync(path))).toThrow(expect.objectContaining(missing));
  });
});

describe('a status of FFmpeg', () => {
  it.each([
    [-24, false, 'EMFILE'],
    [-13, false, 'EACCES'],
    [-5, true, 'EIO'],
    // Damaged headers end in these too.
    [-5, false, undefined],
    [-1, true, undefined],
    [-22, true, undefined],
    [-12, false, undefined],
    [-1_094_995_529, false, undefined],
  ])('%i, of reading %o, is the error %s of the system', (status, reading, code) => {
    expect(systemErrorOf(status, 'words', reading)?.code).toBe(code);
  });
});
