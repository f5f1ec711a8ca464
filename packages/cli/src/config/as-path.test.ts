import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resolveSection } from './resolve-section.js';
import { SECTIONS } from './sections.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tgm-as-path-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** The option as a configuration in the folder above gives it. */
const clipOf = async (clip: string) => {
  const file = { file: 'a', folder: dirname(folder), values: { teacher: { clip } }, place: () => 'a' };
  return (await resolveSection(SECTIONS.teacher, file, new Map()))!.values.clip;
};

describe('an option that is a folder or a name', () => {
  it('is a path where something lies there, or where it is written as one', async () => {
    expect(await clipOf(basename(folder))).toBe(folder);
    expect(await clipOf('./none')).toBe(resolve(dirname(folder), 'none'));
    expect(await clipOf('../none')).toBe(resolve(dirname(folder), '../none'));
    expect(await clipOf('/none/there')).toBe(resolve('/none/there'));
  });

  it('is a name otherwise', async () => {
    expect(await clipOf('openai/clip-vit-base-patch16')).toBe('openai/clip-vit-base-patch16');
  });
});
