import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCsvManifest, readManifest, readSomethingSomething, readUcf101 } from '../index.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tgm-odd-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function write(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

/** What each reader says of a path. */
async function complaints(path: string): Promise<string[]> {
  const readers = [
    readManifest(path),
    readCsvManifest(path),
    readUcf101(path, { videos: folder, classes: path }),
    readSomethingSomething(path, { videos: folder, labels: path }),
  ];
  return Promise.all(
    readers.map((reading) =>
      reading.then(
        () => 'no complaint',
        (error) => `${error.code} ${error.message}`,
      ),
    ),
  );
}

describe('what is no text in UTF-8', () => {
  const row = '{"id":"a","path":"a.mp4"}\n';
  it.each<[string, string | Buffer, RegExp]>([
    ['a.jsonl.gz', gzipSync(row), /got a gzip file/],
    ['windows.csv', Buffer.from(`\uFEFF${row}`, 'utf16le'), /got UTF-16/],
    ['table.xlsx', 'PK\u0003\u0004', /spreadsheet/],
    ['latin.csv', Buffer.from('path,caption\na.mp4,caf\u00e9\n', 'latin1'), /:2: .*bytes that are none/],
  ])('is refused: %s', async (name, content, message) => {
    for (const said of await complaints(write(name, content))) {
      expect(said).toMatch(/^MANIFEST_INVALID/);
      expect(said).toMatch(message);
    }
  });

  it('is refused when it is a folder or a pipe, which is not waited for', async () => {
    const inner = join(folder, 'inner');
    mkdirSync(inner);
    expect(new Set(await complaints(inner))).toEqual(
      new Set([`MANIFEST_INVALID ${inner}: expected a file, got a folder.`]),
    );
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    for (const said of await complaints(pipe)) expect(said).toMatch(/got a pipe or a device/);
  });

  it('is refused when it is one endless line', async () => {
    const path = write('endless.jsonl', Buffer.alloc(2 ** 26 + 2 ** 21, '['));
    await expect(readManifest(path)).rejects.toMatchObject({
      code: 'MANIFEST_INVALID',
      line: 1,
      message: expect.stringMatching(/lines of at most/),
    });
  });
});

describe('odd rows', () => {
  it('finds CSV rows of several bytes a letter and several lines, across blocks', async () => {
    const count = 30_000;
    const rows = Array.from(
      { length: count },
      (_, i) => `"über ${i}.mp4","Bär ${i},${i % 50 === 0 ? '\r\n' : ' '}跳 ""hoch""",Größe ${i % 7}`,
    );
    const dataset = await readCsvManifest(
      write('many.csv', `\uFEFFpath,caption,label\r\n${rows.join('\r\n')}`),
    );
    expect(dataset.length).toBe(count);
    expect(dataset.classes).toHaveLength(7);
    for (const i of [0, 1, 50, 12_345, 12_350, count - 1]) {
      expect(await dataset.at(i)).toEqual({
        id: `über ${i}.mp4`,
        source: join(folder, `über ${i}.mp4`),
        captions: [`Bär ${i},${i % 50 === 0 ? '\r\n' : ' '}跳 "hoch"`],
        label: i % 7,
      });
    }
  });

  it('says at once where quotes opened that nobody closes', async () => {
    const rows = Array.from({ length: 100_000 }, (_, i) => `${i}.mp4,"a caption, the ${i}th"`);
    rows[5] = '5.mp4,"open';
    const began = performance.now();
    await expect(
      readCsvManifest(write('open.csv', `path,caption\n${rows.join('\n')}`)),
    ).rejects.toMatchObject({
      line: 7,
      message: expect.stringMatching(/those that open here/),
    });
    expect(performance.now() - began).toBeLessThan(2000);
  });

  it.each([
    ['{"id":"a","path":"a.mp4","caption":"a cat"}', /expected "captions", a list of texts, got "caption"/],
    ['{"id":"a","path":"a.mp4","start":1e400}', /"start" to be seconds/],
  ])('refuses %s', async (row, message) => {
    await expect(readManifest(write('row.jsonl', row))).rejects.toMatchObject({
      line: 1,
      message: expect.stringMatching(message),
    });
  });

  it('does not pass over what follows a JSON array', async () => {
    const labels = write('labels.json', '{"a thing":"0"}');
    const entry = '{"id":"1","label":"x","template":"a [thing]"}';
    const read = (text: string) =>
      readSomethingSomething(write('two.json', text), { videos: folder, labels });
    expect(await read(`[${entry}]\r\n`)).toMatchObject({ length: 1 });
    await expect(read(`[${entry}]\n\n[${entry}]`)).rejects.toMatchObject({
      line: 3,
      message: expect.stringMatching(/end behind the array/),
    });
  });
});
