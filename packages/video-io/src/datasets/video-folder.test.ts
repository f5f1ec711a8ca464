import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readVideoFolder, type VideoDataset } from '../index.js';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'tgm-video-folder-'));
});
afterAll(() => rm(root, { recursive: true }));

/** A folder with these files; the content of each is its name, but for captions. */
async function folderOf(name: string, files: readonly string[]): Promise<string> {
  const folder = join(root, name);
  await mkdir(folder);
  for (const file of files) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), file);
  }
  return folder;
}

const samplesOf = (dataset: VideoDataset) =>
  Promise.all(Array.from({ length: dataset.length }, (_, i) => dataset.at(i)));
const idsOf = async (dataset: VideoDataset) => (await samplesOf(dataset)).map(({ id }) => id);

describe('readVideoFolder', () => {
  it('takes a folder of links, as snapshots of the Hugging Face Hub are', async () => {
    await folderOf('hub', ['blobs/2f1a', 'blobs/9c0e', 'snapshots/main/README.md']);
    const snapshot = join(root, 'hub/snapshots/main');
    await symlink('../../blobs/2f1a', join(snapshot, 'a.mp4'));
    await symlink('../../blobs/9c0e', join(snapshot, 'a.txt'));
    await symlink('../../blobs/gone', join(snapshot, 'b.mp4'));
    const dataset = await readVideoFolder(snapshot);
    expect(await samplesOf(dataset)).toEqual([
      { id: 'a.mp4', source: join(snapshot, 'a.mp4'), captions: ['blobs/9c0e'] },
    ]);
    expect(dataset.leftOut).toEqual([
      { path: 'b.mp4', reason: 'broken link' },
      { path: 'README.md', reason: 'ending' },
    ]);
  });

  it('follows links to folders, and none in circles', async () => {
    const folder = await folderOf('linked', ['real/a.mp4', 'other/deep/b.mp4']);
    await symlink('real', join(folder, 'again'));
    await symlink('..', join(folder, 'other/deep/up'));
    await symlink(folder, join(folder, 'self'));
    const dataset = await readVideoFolder(folder);
    expect(await idsOf(dataset)).toEqual(['again/a.mp4', 'other/deep/b.mp4', 'real/a.mp4']);
    expect([...dataset.leftOut].sort((a, b) => (a.path < b.path ? -1 : 1))).toEqual([
      { path: 'other/deep/up/', reason: 'loop' },
      { path: 'self/', reason: 'loop' },
    ]);
  });

  it('takes videos by their ending in whatever letters, and tells what it left', async () => {
    const videos = [
      'a.ts',
      'b.FLV',
      'c.wmv',
      'd.3gp',
      'e.ogv',
      'f.mpeg',
      'g.MTS',
      'h.M2TS',
      'i.mp4',
      'j.x.Mp4',
    ];
    const others = ['notes.md', 'mp4', 'k.txt', 'frames/0.jpg'];
    const folder = await folderOf('endings', [...videos, ...others, 'i.TXT']);
    const dataset = await readVideoFolder(folder);
    expect(await idsOf(dataset)).toEqual(videos);
    expect((await dataset.at(8)).captions).toEqual(['i.TXT']);
    expect(dataset.leftOut.map(({ path }) => path).sort()).toEqual([...others].sort());
    expect(new Set(dataset.leftOut.map(({ reason }) => reason))).toEqual(new Set(['ending']));
  });

  it('takes no hidden file', async () => {
    const folder = await folderOf('hidden', ['x.mp4', '._x.mp4', '.cache/y.mp4', 'inner/._z.mp4']);
    const dataset = await readVideoFolder(folder);
    expect(await idsOf(dataset)).toEqual(['x.mp4']);
    expect(dataset.leftOut.map(({ path, reason }) => `${path} ${reason}`).sort()).toEqual([
      '._x.mp4 hidden',
      '.cache/ hidden',
      'inner/._z.mp4 hidden',
    ]);
    await expect(readVideoFolder(join(folder, 'inner'))).rejects.toMatchObject({
      code: 'FOLDER_EMPTY',
      received: 'none among 1 left out, such as "._z.mp4" (hidden)',
    });
  });

  it.skipIf(process.platform === 'win32')('does not wait for a pipe', async () => {
    const folder = await folderOf('pipe', ['a.mp4']);
    execFileSync('mkfifo', [join(folder, 'b.mp4')]);
    expect((await readVideoFolder(folder)).leftOut).toEqual([{ path: 'b.mp4', reason: 'special' }]);
  });

  it('reads the folders as classes where it is told to', async () => {
    const folder = await folderOf('classes', ['run/a.mp4', 'jump/deep/b.mp4', 'run/c.avi', 'walk/notes.md']);
    const plain = await readVideoFolder(folder);
    expect('classes' in plain).toBe(false);
    expect('label' in (await plain.at(0))).toBe(false);
    const dataset = await readVideoFolder(folder, { classes: 'folders' });
    expect(dataset.classes).toEqual(['jump', 'run', 'walk']);
    expect((await samplesOf(dataset)).map(({ id, label }) => [id, label])).toEqual([
      ['jump/deep/b.mp4', 0],
      ['run/a.mp4', 1],
      ['run/c.avi', 1],
    ]);
    const ordered = await readVideoFolder(folder, { classes: ['run', 'swim', 'jump'] });
    expect((await samplesOf(ordered)).map(({ label }) => label)).toEqual([2, 0, 0]);
    expect(ordered.classes).toEqual(['run', 'swim', 'jump']);
  });

  it('refuses a video in no class’s folder', async () => {
    const folder = await folderOf('strays', ['run/a.mp4', 'stray.mp4']);
    await expect(readVideoFolder(folder, { classes: 'folders' })).rejects.toMatchObject({
      code: 'MANIFEST_INVALID',
      source: join(folder, 'stray.mp4'),
      received: 'none',
    });
    await expect(readVideoFolder(folder, { classes: ['jump'] })).rejects.toMatchObject({ received: '"run"' });
  });

  it.each([{ classes: 'folder' }, { classes: [] }, { caption: 3 }, { labels: 'folders' }])(
    'refuses %j',
    async (options) => {
      await expect(readVideoFolder(root, options as never)).rejects.toMatchObject({ code: 'OPTION_INVALID' });
    },
  );
});
