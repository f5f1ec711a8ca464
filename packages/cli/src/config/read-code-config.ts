import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { showValue } from '@tgm/options';
import { createJiti } from 'jiti';
import { CliError } from '../program/errors.js';
import type { ConfigFile } from './config-file.js';
import { lineAndColumn } from './line-and-column.js';

/**
 * A configuration in TypeScript or JavaScript, the module's default export. Node 20 reads no types, so jiti takes them off. This very
 * package is what such a file imports by `@tgm/cli`, wherever it lies.
 *
 * @param path absolute. @param file the same as it is shown.
 * @throws CliError `CONFIG_INVALID`
 */
export async function readCodeConfig(path: string, file: string, text: string): Promise<ConfigFile> {
  const own = fileURLToPath(new URL('index.js', import.meta.url));
  const jiti = createJiti(import.meta.url, {
    fsCache: false,
    moduleCache: false,
    interopDefault: false,
    alias: { '@tgm/cli': own },
  });
  const module = await jiti.import<{ readonly default?: unknown }>(path).catch((cause: unknown) => {
    const said = String((cause as Error | undefined)?.message ?? cause);
    const place = said.split(`${path}:`)[1]?.match(/^\d+:\d+/)?.[0];
    throw new CliError('CONFIG_INVALID', {
      where: place ? `${file}:${place}` : file,
      expected: 'a module that can be loaded',
      received: said.split('\n')[0]!.trim(),
      cause,
    });
  });
  const values = module.default;
  if (typeof values !== 'object' || values === null || Array.isArray(values)) {
    throw new CliError('CONFIG_INVALID', {
      where: file,
      expected: 'a configuration as its default export, "export default defineConfig({ … })"',
      received: showValue(values),
    });
  }
  return {
    file,
    folder: dirname(path),
    values: values as Record<string, unknown>,
    place(option) {
      const name = option.at(-1)!.replace(/[$()*+.?[\\\]^{|}]/g, '\\$&');
      // Code is not data: the line is told where the name stands in one place alone.
      const found = [...text.matchAll(new RegExp(`(?<![\\w$])(["']?)${name}\\1(?=\\s*[:,}(])`, 'g'))];
      return found.length === 1 ? `${file}:${lineAndColumn(text, found[0]!.index)}` : file;
    },
  };
}
