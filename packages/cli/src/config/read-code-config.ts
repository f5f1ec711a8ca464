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
    throw notLoaded(cause, { path, file, text });
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

/** What a module that cannot be loaded says, and the place of it that is to blame; that of another file stands in the words. */
function notLoaded(
  cause: unknown,
  { path, file, text }: { readonly path: string; readonly file: string; readonly text: string },
): CliError {
  const said = cause instanceof Error ? cause.message : String(cause);
  const [first = ''] = said.split('\n');
  // A parser counts columns from 0 and tells the place behind its words; what throws has it in its stack.
  const parsed = /^ParseError: (.*?)\s*\n\s*(.+):(\d+):(\d+)\s*$/s.exec(said);
  const stack = (cause instanceof Error && cause.stack) || '';
  const [, line, column] = /^(\d+):(\d+)/.exec(stack.split(`${path}:`)[1] ?? '') ?? [];
  // The lines that run are those of the file, their columns are not; code that was added to a line stands behind it.
  const isThere = Number(column) <= (text.split('\n')[Number(line) - 1] ?? '').length;
  const parsedAt = parsed && `${parsed[3]}:${Number(parsed[4]) + 1}`;
  const isOwn = parsed?.[2] === path;
  const place = parsed ? (isOwn ? parsedAt : undefined) : isThere ? line : undefined;
  return new CliError('CONFIG_INVALID', {
    where: place ? `${file}:${place}` : file,
    expected: 'a module that can be loaded',
    received: parsed ? `${parsed[1]}${isOwn ? '' : ` at ${parsed[2]}:${parsedAt}`}` : first.trim(),
    // The words of a parser are told already.
    ...(!parsed && { cause }),
  });
}
