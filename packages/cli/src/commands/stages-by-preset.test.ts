import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'jsonc-parser';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { laptop } from '../presets/laptop.js';
import { leakSafe } from '../presets/pretraining-presets.js';
import type { PretrainingSettings, Settings } from '../presets/settings.js';
import { PRESETS_OF, STAGE_NAMES, settingsIn } from '../presets/settings-section.js';
import { runCommand } from './run-command.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tgm-stages-'));
});
afterAll(() => rm(folder, { recursive: true }));
afterEach(() => vi.restoreAllMocks());

/** The configuration that a command prints. */
async function printed(...args: string[]): Promise<string> {
  const said = vi.spyOn(console, 'log').mockImplementation(() => undefined);
  expect(await runCommand([...args, '--print-config'], new AbortController().signal)).toBe(0);
  const [[text]] = said.mock.calls as [[string]];
  said.mockRestore();
  return text;
}

const presets = STAGE_NAMES.flatMap((stage) =>
  Object.entries<Settings>(PRESETS_OF[stage]).map(([name, settings]) => [stage, name, settings] as const),
);

describe('a command of a stage', () => {
  it.each(presets)(
    '%s takes the preset %s, its laptop form, and what it prints',
    async (stage, name, settings) => {
      const videos = ['--data.source', folder];
      const probed = stage === 'probe' ? ['--model', folder, '--validation.source', folder] : [];
      const where = [...videos, ...probed, '--output', join(folder, 'run')];
      for (const [form, expected] of [
        [[], settings],
        [['--laptop'], laptop(settings)],
      ] as const) {
        const text = await printed(stage, '--preset', name, ...form, ...where);
        const { [stage]: section } = parse(text);
        expect(settingsIn(stage, section)).toEqual(settingsIn(stage, expected));
        expect(section).toMatchObject({ preset: name, output: join(folder, 'run') });
        const file = join(folder, `${name}.json`);
        await writeFile(file, text);
        expect(await printed(stage, '--config', file)).toBe(text);
      }
    },
  );

  it('pretrain makes the form without a leak small, too', async () => {
    const text = await printed(
      ...['pretrain', folder, '--preset', 'tgm-b-internvid', '--leak-safe', '--laptop', '--output', folder],
    );
    const settings = laptop(leakSafe(PRESETS_OF.pretrain['tgm-b-internvid'] as PretrainingSettings));
    expect(settingsIn('pretrain', parse(text).pretrain)).toEqual(settingsIn('pretrain', settings));
  });
});
