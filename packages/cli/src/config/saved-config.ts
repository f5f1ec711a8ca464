import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'jsonc-parser';
import { CONFIG_FILE } from './save-config.js';
import type { TgmConfig } from './tgm-config.js';

/** The configuration that a folder was made with; empty where it has none that can be read. */
export async function savedConfig(folder: string): Promise<TgmConfig> {
  const text = await readFile(join(folder, CONFIG_FILE), 'utf8').catch(() => undefined);
  const values: unknown = text === undefined ? undefined : parse(text, [], { allowTrailingComma: true });
  return typeof values === 'object' && values !== null ? values : {};
}
