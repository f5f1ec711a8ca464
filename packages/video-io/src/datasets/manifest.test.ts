import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readManifest, readVideoFolder } from '../index.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tgm-manifest-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function write(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

describe('readManifest', () => {
  it('reads samples past a byte order mark, CRLF and blank lines', async () => {
    const path = write(
      'good.jsonl',
      '\uFEFF{"id":"a","path":"clips/a.mp4","captions":["one","two"],"label":3}\r\n\r\n' +
        '{"id":"b","path":"/videos/b.mp4","start":1.5,"end":4,"source_url":"ignored"}\r\n',
    );
    const dataset = await readManifest(path);
    expect(dataset).toMatchObject({ name: 'good.jsonl', length: 2 });
    expect(await dataset.at(0)).toEqual({
      id: 'a',
      source: join(folder, 'clips/a.mp4'),
      captions: ['one', 'two'],
      label: 3,
    });
    expect(await dataset.at(1)).toEqual({
      id: 'b',
      source: '/videos/b.mp4',
      captions: [],
      start: 1.5,
      end: 4,
    });
    await expect(dataset.at(2)).rejects.toMatchObject({ code: 'OPTION_INVALID' });
  });

  const first = '{"id":"a","path":"a.mp4"}\n\n';
  it.each([
    ['{"id":"b"', 'MANIFEST_INVALID', /JSON/],
    ['[1]', 'MANIFEST_INVALID', /JSON object/],
    ['{"id":"b"}', 'MANIFEST_INVALID', /"path"/],
    ['{"path":"b.mp4"}', 'MANIFEST_INVALID', /"id"/],
    ['{"id":7,"path":"b.mp4"}', 'MANIFEST_INVALID', /"id".*got 7/],
    ['{"id":"a","path":"b.mp4"}', 'MANIFEST_INVALID', /"a", which is already on line 1/],
    ['{"id":"b","path":"b.mp4","captions":"x"}', 'MANIFEST_INVALID', /"captions"/],
    ['{"id":"b","path":"b.mp4","captions":["x"," "]}', 'CAPTION_EMPTY', /captions with text for "b"/],
    ['{"id":"b","path":"b.mp4","label":-1}', 'MANIFEST_INVALID', /"label"/],
    ['{"id":"b","path":"b.mp4","start":3,"end":3}', 'MANIFEST_INVALID', /"end" after "start"/],
  ])('refuses %s with its line', async (row, code, message) => {
    const path = write('bad.jsonl', first + row);
    await expect(readManifest(path)).rejects.toMatchObject({
      code,
      line: 3,
      source: path,
      message: expect.stringMatching(message),
    });
  });

  it('finds every row of a file of many blocks, past letters of several bytes', async () => {
    const count = 30_000;
    const rows = Array.from({ length: count }, (_, i) =>
      JSON.stringify({
        id: `ü${i}`,
        path: `${i}.mp4`,
        captions: [`ein Bär springt ${i} Mal`, '跳'],
        label: i % 7,
      }),
    );
    const dataset = await readManifest(write('many.jsonl', rows.join('\n')));
    expect(dataset.length).toBe(count);
    for (const i of [0, 1, 6_789, 12_345, count - 1]) {
      expect(await dataset.at(i)).toMatchObject({
        id: `ü${i}`,
        captions: [`ein Bär springt ${i} Mal`, '跳'],
        label: i % 7,
      });
    }
    rows.push('', rows[4_321]!);
    await expect(readManifest(write('many.jsonl', rows.join('\r\n')))).rejects.toMatchObject({
      line: count + 2,
      message: expect.stringMatching(/"ü4321", which is already on line 4322/),
    });
  });

  it.each([
    '{"id":"b","path":"b.mp4"}',
    '{"id": "b", "path": "b.mp4", "captions": ["a cat", "b"], "label": 0}',
    '{"path":"b.mp4","id":"b"}',
    '{"id":"b","path":"b.mp4","label":7,"captions":[]}',
    '{"id":"\\u0062","path":"b.mp4"}',
    '{"id":"b","path":"b.mp4","captions":["the \\"b\\""]}',
    '{"id":"b","path":"b.mp4","captions":["跳"],"more":[1,{"a":null}]}',
    ' {"id":"b","path":"b.mp4"} ',
  ])('knows the id of %s', async (row) => {
    const ending = '\n{"id":"c","path":"c.mp4"}\n';
    expect(await (await readManifest(write('form.jsonl', row + ending))).at(0)).toMatchObject({ id: 'b' });
    await expect(readManifest(write('form.jsonl', row + ending + row))).rejects.toMatchObject({ line: 3 });
  });

  it.each([
    '{"id":"b","path":""}',
    '{"id":"","path":"b.mp4"}',
    '{"id":"b","path":"b.mp4","captions":["\u00a0"]}',
    '{"id":"b","path":"b.mp4","captions":["x",]}',
    '{"id":"b","path":"b.mp4","label":01}',
    '{"id":"b","path":"b.mp4","label":99999999999999999}',
    '{"id":"b","path":"b.mp4"}{}',
    '{"id":"b","path":"b\t.mp4"}',
  ])('refuses %j, however much it looks like a row', async (row) => {
    await expect(readManifest(write('close.jsonl', row))).rejects.toMatchObject({ line: 1 });
  });

  it('refuses an empty or missing manifest', async () => {
    await expect(readManifest(write('empty.jsonl', '\n'))).rejects.toMatchObject({
      code: 'MANIFEST_INVALID',
    });
    await expect(readManifest(join(folder, 'none.jsonl'))).rejects.toMatchObject({
      code: 'MANIFEST_INVALID',
      expected: 'a file',
      received: 'nothing there (ENOENT)',
      cause: { code: 'ENOENT' },
    });
  });

  it('says what stands in the place of a manifest or a folder', async () => {
    const file = write('here.jsonl', '{"id":"a","path":"a.mp4"}\n');
    await expect(readManifest(folder)).rejects.toMatchObject({
      code: 'MANIFEST_INVALID',
      received: 'a folder',
    });
    await expect(readManifest(join(file, 'a.jsonl'))).rejects.toMatchObject({
      code: 'MANIFEST_INVALID',
      received: 'a file where a folder must be (ENOTDIR)',
    });
    await expect(readVideoFolder(file)).rejects.toMatchObject({
      code: 'FOLDER_EMPTY',
      where: file,
      expected: 'a folder',
      received: 'a file where a folder must be (ENOTDIR)',
    });
    await expect(readVideoFolder(join(folder, 'absent'))).rejects.toMatchObject({
      code: 'FOLDER_EMPTY',
      received: 'nothing there (ENOENT)',
    });
  });
});

describe('readVideoFolder', () => {
  it('finds videos in order, with captions beside them', async () => {
    const root = join(folder, 'clips');
    mkdirSync(join(root, 'deep'), { recursive: true });
    for (const name of ['b.MP4', 'deep/c.webm', 'a.avi', 'notes.txt', 'd.jpg']) write(`clips/${name}`, 'x');
    write('clips/a.txt', 'a cat jumps\r\n\r\n a cat lands \r\n');
    const dataset = await readVideoFolder(root, { caption: 'a video' });
    const samples = await Promise.all([0, 1, 2].map((i) => dataset.at(i)));
    expect(dataset.length).toBe(3);
    expect(samples.map(({ id }) => id)).toEqual(['a.avi', 'b.MP4', 'deep/c.webm']);
    expect(samples.map(({ captions }) => captions)).toEqual([
      ['a cat jumps', 'a cat lands'],
      ['a video'],
      ['a video'],
    ]);
    expect(samples[2]!.source).toBe(join(root, 'deep', 'c.webm'));
  });

  it('refuses folders without videos, and empty captions', async () => {
    const root = join(folder, 'nothing');
    mkdirSync(root);
    await expect(readVideoFolder(root)).rejects.toMatchObject({ code: 'FOLDER_EMPTY' });
    await expect(readVideoFolder(join(folder, 'absent'))).rejects.toMatchObject({ code: 'FOLDER_EMPTY' });
    write('nothing/v.mp4', 'x');
    write('nothing/v.txt', ' \n');
    await expect(readVideoFolder(root)).rejects.toMatchObject({ code: 'CAPTION_EMPTY' });
    await expect(readVideoFolder(root, { caption: '' })).rejects.toMatchObject({ code: 'CAPTION_EMPTY' });
  });
});
