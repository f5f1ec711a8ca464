import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCsvManifest } from './csv-manifest.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tgm-csv-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function manifest(text: string): Promise<string> {
  const path = join(folder, 'manifest.csv');
  await writeFile(path, text);
  return path;
}

describe('readCsvManifest', () => {
  it('reads quoted captions, text labels, a byte order mark and CRLF', async () => {
    const text = '\uFEFFfile,size,caption,label\r\nb c.mp4,1,"A man, ""Bo"", bows.",bow\r\na.mp4,2,,act\r\n';
    const dataset = await readCsvManifest(await manifest(text));
    expect(dataset.length).toBe(2);
    expect(dataset.classes).toEqual(['act', 'bow']);
    expect(await dataset.at(0)).toEqual({
      id: 'b c.mp4',
      source: join(folder, 'b c.mp4'),
      captions: ['A man, "Bo", bows.'],
      label: 1,
    });
    expect((await dataset.at(1)).captions).toEqual([]);
  });

  it.each([
    ['file,caption\na.mp4,x\na.mp4,y\n', 3, /already on line 2/],
    ['name,caption\na.mp4,x\n', 1, /column "file" or "path", got name, caption/],
    ['file,caption\na.mp4,x,y\n', 2, /a|Invalid/],
    ['file;caption\na.mp4;x\n', 1, /got file;caption/],
    ['file,caption\n', undefined, /at least one row/],
  ])('refuses %j with its line', async (text, line, message) => {
    const reading = readCsvManifest(await manifest(text));
    await expect(reading).rejects.toMatchObject({
      code: 'MANIFEST_INVALID',
      message: expect.stringMatching(message),
    });
    await expect(reading).rejects.toMatchObject({ line });
  });
});
