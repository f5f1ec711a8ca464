import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ModelFolder } from './model-folder.js';
import { teacherOf } from './run-config.js';

let folder: string;
const model = (): ModelFolder => ({
  path: join(folder, 'step-00000001'),
  architecture: 'VideoMAEForPreTraining',
  kind: 'checkpoint',
  damaged: [],
});

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tgm-run-config-'));
  // As a run saves it: every option with its default.
  const teacher = { clip: 'owner/clip', revision: 'abc', offline: false, variant: 'value' };
  await writeFile(
    join(folder, 'tgm.config.json'),
    `// What tgm pretrain ran with\n${JSON.stringify({ teacher })}`,
  );
});
afterAll(() => rm(folder, { recursive: true }));

describe('teacherOf', () => {
  it('takes the CLIP of the run, and what is given over it', async () => {
    const given = { offline: true, cacheDir: 'models', variant: 'value' } as const;
    expect(await teacherOf(model(), given)).toEqual({
      ...{ clip: 'owner/clip', revision: 'abc', variant: 'value' },
      ...{ offline: true, cacheDir: 'models' },
    });
  });

  it('leaves the run alone where a CLIP is named', async () => {
    expect(await teacherOf(model(), { clip: 'other' })).toEqual({ clip: 'other' });
  });
});
