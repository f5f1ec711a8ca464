import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { quarantineFile } from './quarantine.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tgm-quarantine-'));
});
afterAll(() => rm(folder, { recursive: true }));

const bad = (id: string) => ({ id, source: `${id}.mp4`, code: 'VIDEO_UNREADABLE', message: 'No.' }) as const;
const line = (id: string) => `${JSON.stringify(bad(id))}\n`;

describe('a quarantine file', () => {
  it.each([10, 3, 40, line('b').length - 1])(
    'of which a killed process wrote half a line, %i bytes, keeps all others',
    async (bytes) => {
      const path = join(folder, `half-${bytes}.jsonl`);
      const half = line('b').slice(0, bytes);
      await writeFile(path, line('a') + half);
      const file = quarantineFile(path);
      const whole = bytes === line('b').length - 1 ? ['b'] : [];
      expect(await file.read()).toEqual(['a', ...whole]);
      await file.append([bad('c')]);
      expect(await readFile(path, 'utf8')).toBe(`${line('a')}${half}\n${line('c')}`);
      expect(await file.read()).toEqual(['a', ...whole, 'c']);
    },
  );

  it('gives the line that another process wrote right behind half a one', async () => {
    const path = join(folder, 'merged.jsonl');
    await writeFile(path, line('a') + line('b').slice(0, 12) + line('c') + line('d'));
    expect(await quarantineFile(path).read()).toEqual(['a', 'c', 'd']);
  });

  it('takes lines of several writers at once, each whole', async () => {
    const path = join(folder, 'several.jsonl');
    const ids = Array.from({ length: 60 }, (_, i) => `s${i}`);
    await Promise.all(ids.map((id) => quarantineFile(path).append([bad(id)])));
    expect((await quarantineFile(path).read()).sort()).toEqual([...ids].sort());
    expect((await readFile(path, 'utf8')).trim().split(/\n+/)).toHaveLength(60);
  });

  it('is none when it holds something else', async () => {
    const path = join(folder, 'other.jsonl');
    await writeFile(path, `${line('a')}video,label\n`);
    await expect(quarantineFile(path).read()).rejects.toMatchObject({ code: 'MANIFEST_INVALID', line: 2 });
    expect(await readFile(path, 'utf8')).toBe(`${line('a')}video,label\n`);
  });
});
