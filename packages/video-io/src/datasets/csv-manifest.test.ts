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

  it('reads quotes that span lines, and counts lines behind them', async () => {
    const text = 'file,caption\na.mp4,"one,\r\ntwo"\n\n "b.mp4" , three \nb.mp4,four\n';
    await expect(readCsvManifest(await manifest(text))).rejects.toMatchObject({
      line: 6,
      message: expect.stringMatching(/"b.mp4", which is already on line 5/),
    });
    const dataset = await readCsvManifest(await manifest(text.slice(0, -11)));
    expect((await dataset.at(0)).captions).toEqual(['one,\r\ntwo']);
    expect((await dataset.at(1)).captions).toEqual(['three']);
  });

  it('tells when the file changed after it was opened', async () => {
    const dataset = await readCsvManifest(await manifest('file\na.mp4\n'));
    await manifest('file\nlonger.mp4\n');
    await expect(dataset.at(0)).rejects.toMatchObject({ message: expect.stringMatching(/changed since/) });
  });

  it.each([
    ['file,caption\na.mp4,x\na.mp4,y\n', 3, /already on line 2/],
    ['name,caption\na.mp4,x\n', 1, /"file" or "path", separated by commas, got name, caption/],
    ['file,caption\na.mp4,x,y\n', 2, /expected 2 cells, as in the header, got 3/],
    ['file;caption\na.mp4;x\n', 1, /got file;caption/],
    ['file,caption\na.mp4,x\nb.mp4,"y\nz\n', 3, /quotes that are closed/],
    ['file,caption\na.mp4,"x" y\n', 2, /expected a comma behind quotes, got y/],
    ['file,caption\na.mp4,a "x"\n', 2, /quotes around the whole cell/],
    ['file,caption\n,x\n', 2, /empty cell/],
    ['file,file\na.mp4,b.mp4\n', 1, /every column once, got "file" twice/],
    ['file,caption\n', undefined, /at least one sample/],
  ])('refuses %j with its line', async (text, line, message) => {
    const reading = readCsvManifest(await manifest(text));
    await expect(reading).rejects.toMatchObject({
      code: 'MANIFEST_INVALID',
      message: expect.stringMatching(message),
    });
    await expect(reading).rejects.toMatchObject({ line });
  });
});
