import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { singleProcess } from '@tgm/train';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openDataset } from '../data/open-dataset.js';
import { writeVideo } from '../testing/some-videos.test-support.js';
import { captionTogether } from './caption-together.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tgm-together-'));
  for (const name of ['a', 'b']) await writeVideo(join(folder, 'videos', `${name}.mp4`));
  await writeFile(
    join(folder, 'describe.mjs'),
    `const { createInterface } = await import('node:readline');
    for await (const line of createInterface({ input: process.stdin }))
      console.log(JSON.stringify({ id: JSON.parse(line).id, caption: 'a picture' }));`,
  );
});
afterAll(() => rm(folder, { recursive: true }));

it('refuses a folder that another process did not write into, and keeps what is there', async () => {
  const dataset = await openDataset({ source: join(folder, 'videos') });
  const out = join(folder, 'captions.jsonl');
  const program = { command: process.execPath, args: [join(folder, 'describe.mjs')] };
  const options = { ...program, out, model: 'test', revision: '1' };
  // The first of two, the other of which has another folder.
  const collective = { ...singleProcess(), size: 2 };
  const described: string[] = [];
  const work = async () => {
    for await (const { id } of captionTogether(dataset, options, collective, new AbortController().signal))
      described.push(id);
  };
  await expect(work()).rejects.toMatchObject({
    code: 'INPUT_INVALID',
    received: `none of ${out}.part-1-of-2`,
  });
  expect(described).toHaveLength(1);
  expect(await readdir(folder)).toContain('captions.jsonl.part-0-of-2');
});
