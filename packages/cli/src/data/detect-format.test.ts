import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { detectFormat } from './detect-format.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tgm-format-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('detectFormat', () => {
  it.each<readonly [string, string, string]>([
    ['rows.jsonl', '{"id":"a","path":"a.mp4"}\n', 'jsonl'],
    ['rows.csv', 'file,caption\na.mp4,a cat\n', 'csv'],
    ['train.csv', 'label,youtube_id,time_start,time_end,split\n', 'kinetics'],
    ['bom.csv', '\uFEFF"path",label\r\n', 'csv'],
    ['a.tar', '', 'shards'],
    ['internvid.parquet', '', 'internvid'],
    ['list.txt', 'Run/v_Run_g01_c01.avi 1\n', 'ucf101'],
    ['something.json', '[{"id": "1"}]', 'something-something'],
    ['diving.json', '[{"vid_name": "a", "label": 0}]', 'diving48'],
    ['msr.json', '{"videos": [{"video_id": "v1", "category": 1}], "sentences": []}', 'msr-vtt'],
    ['pairs.csv', 'key,vid_key,video_id,sentence\nr,m,v1,one\n', 'msr-vtt-pairs'],
    ['epic.csv', 'narration_id,participant_id,video_id\n', 'epic-kitchens'],
    ['intern.jsonl', '{"YoutubeID":"a","Start_timestamp":"00:00:01"}\n', 'internvid'],
  ])('knows %s for what it is', async (name, text, format) => {
    await writeFile(join(folder, name), text);
    expect(await detectFormat(join(folder, name))).toBe(format);
  });

  it.each<readonly [readonly string[], string]>([
    [['a.mp4'], 'folder'],
    [['a.mp4', 'manifest.csv'], 'csv'],
    [['manifest.jsonl', 'manifest.csv'], 'jsonl'],
    [['shard-000000.tar', 'shard-000000.json'], 'shards'],
    [['run_test_split1.txt'], 'hmdb51'],
  ])('knows a folder of %j', async (names, format) => {
    const inner = await mkdtemp(join(folder, 'inner-'));
    for (const name of names) await writeFile(join(inner, name), 'x');
    expect(await detectFormat(inner)).toBe(format);
  });

  it('reads several tar files as one set, and refuses several of anything else', async () => {
    expect(await detectFormat(['a.tar', 'b.tar'])).toBe('shards');
    await expect(detectFormat(['a.tar', 'videos'])).rejects.toMatchObject({
      code: 'INPUT_INVALID',
      expected: 'one path; only tar files are several',
      received: '2 paths, with videos',
    });
  });

  it.each([
    ['data.bin', 'x'],
    ['what.json', '{"a": 1}'],
    ['what.csv', 'name,age\n'],
    ['notes.txt', 'Some words about it.\n'],
  ])('does not guess what %s is', async (name, text) => {
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, name), text);
    await expect(detectFormat(join(folder, name))).rejects.toMatchObject({
      code: 'INPUT_INVALID',
      advice: expect.stringContaining('--format'),
    });
  });
});
