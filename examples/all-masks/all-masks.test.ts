import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { TINY_CLIP_FOLDER } from '@tgm/cli';
import { loadClipModel, resizeClipModel, saveClipModel } from '@tgm/models';
import { onnxEngine } from '@tgm/tfjs-backend-onnx';
import { encodeVideo } from '@tgm/video-io';
import { expect, it } from 'vitest';
import { MASKS } from '../trust/mask-rows.js';
import { masksOf } from './masks-of.js';
import { movingShape, readClip } from './read-clip.js';

it('writes a page and a picture with the masks of every strategy', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tgm-all-masks-test-'));
  try {
    const main = resolve(import.meta.dirname, 'main.ts');
    const child = spawn(process.execPath, ['--import', 'tsx', main, '--out', folder], {
      cwd: resolve(import.meta.dirname, '..'),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const lines = (await child.stdout.toArray()).join('').trim().split('\n');
    const strategies = lines.filter((line) => line.endsWith('% hidden')).map((line) => line.split(':')[0]!);
    expect(strategies).toContain('tube');
    expect(strategies).toContain('text');
    expect(strategies.length).toBeGreaterThan(20);

    const page = await readFile(join(folder, 'report.html'), 'utf8');
    for (const strategy of strategies) expect(page).toContain(`<b>${strategy}</b>`);
    expect(page).toContain(`the clip; ${strategies.join('; ')}`);
    expect(page).toMatch(/50 %: frame; running-cell\. 59 %: .*\. 61 %: flow/);
    expect(page).not.toMatch(/(src|href)="(?!data:|#)/);

    // The header of a PNG: width and height, big-endian. Three strips across, the clip among them.
    const picture = await readFile(join(folder, 'all-masks.png'));
    expect(picture.readUInt32BE(16)).toBe(3 * (4 * 128 + 3 * 4) + 2 * 16);
    expect(picture.readUInt32BE(20)).toBe(Math.ceil((strategies.length + 1) / 3) * (14 + 136) - 8);
  } finally {
    await rm(folder, { recursive: true });
  }
});

it('reads the clip in the size of another CLIP, and without a caption draws no mask that follows one', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tgm-all-masks-test-'));
  const engine = await onnxEngine({ threads: 1 });
  try {
    const { tokenizer, ...tiny } = await loadClipModel(TINY_CLIP_FOLDER);
    await saveClipModel(folder, { tokenizer, ...(await resizeClipModel(tiny, 96)) });
    const { frames, height, width, cues } = await movingShape(3, folder, engine);
    expect([height, width, frames.length]).toEqual([96, 96, 8 * 96 * 96 * 3]);
    expect([cues.tokenScores?.length, cues.attention.length, cues.flow.samples]).toEqual([256, 256, 4]);

    const sample = { id: 'still', source: join(folder, 'still.mp4'), captions: [] };
    await encodeVideo(sample.source, new Uint8Array(16 * 96 * 96 * 3), { width: 96, height: 96, fps: 8 });
    const still = await readClip(sample, folder, engine);
    const drawn = masksOf(still, 0.6).map(({ strategy }) => strategy);
    expect(drawn).toEqual(MASKS.filter(({ scores }) => !scores).map(({ name }) => name));
  } finally {
    await engine.dispose();
    await rm(folder, { recursive: true });
  }
});
