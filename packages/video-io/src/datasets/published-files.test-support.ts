import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import type { VideoDataset, VideoSample } from '../index.js';

export let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tgm published '));
});
afterAll(() => rm(folder, { recursive: true }));

/** Writes a file into a folder of the test file's own. */
export async function file(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
  return path;
}

export async function all(dataset: VideoDataset): Promise<VideoSample[]> {
  return Promise.all(Array.from({ length: dataset.length }, (_, i) => dataset.at(i)));
}

export const refusal = (line: number | undefined, message: RegExp) =>
  expect.objectContaining({ code: 'MANIFEST_INVALID', line, message: expect.stringMatching(message) });
