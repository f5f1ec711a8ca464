import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { encodeVideo } from '../index.js';

it('encodes so that vectors follow what moves: one thread and reference, no B-frames, no weights, no tuning', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tgm-settings-'));
  const path = join(folder, 'a.mp4');
  await encodeVideo(path, new Uint8Array(4 * 32 * 32 * 3), {
    width: 32,
    height: 32,
    fps: 25,
    preset: 'slow',
  });
  // x264 writes its settings into the stream.
  const settings = readFileSync(path, 'latin1')
    .match(/x264 - core .*? options: ([\x20-\x7e]*)/)?.[1]
    ?.split(' ');
  expect(settings).toEqual(expect.arrayContaining(['threads=1', 'ref=1', 'bframes=0', 'weightp=0', 'psy=0']));
  rmSync(folder, { recursive: true });
});
