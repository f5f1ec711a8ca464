import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { CliError } from '../program/errors.js';
import { RUN_FILES } from '../training/run-folder.js';
import { TOKENIZER_FILES } from './export-clip.js';
import type { ExportedFile } from './exported-file.js';

/** What tells of an export beside its files. */
export const EXPORT_FILE = 'export.json';

/**
 * Removes the files of an earlier export from a folder, so that none of them stands beside those of another model. Other files stay.
 *
 * @throws CliError `INPUT_INVALID` for a folder of a run or of other results, whose files are not to mix with these, and for an `export.json` that no export has written, `WRITE_FAILED`.
 */
export async function removeExport(folder: string): Promise<void> {
  for (const name of [RUN_FILES.events, RUN_FILES.config])
    if (existsSync(join(folder, name))) throw otherFolder(folder, name);
  const path = join(folder, EXPORT_FILE);
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) return;
  const names = namesIn(path, text);
  const own = [...names, ...(names.includes('text.onnx') ? TOKENIZER_FILES : []), EXPORT_FILE];
  try {
    // The list goes last: what is left behind a kill is found again.
    for (const name of own) await rm(join(folder, name), { force: true });
  } catch (cause) {
    throw new CliError('WRITE_FAILED', {
      where: folder,
      expected: 'files of an earlier export that can be removed',
      received: (cause as Error).message,
      cause,
    });
  }
}

const otherFolder = (where: string, name: string): CliError =>
  new CliError('INPUT_INVALID', {
    where,
    expected: 'a folder of tgm export alone, which need not be there yet',
    received: `one of another command (${name})`,
    advice: 'Name another one by --output.',
  });

function namesIn(path: string, text: string): readonly string[] {
  try {
    const { files } = JSON.parse(text) as { readonly files: readonly Pick<ExportedFile, 'file'>[] };
    const names = files.map(({ file }) => file);
    if (names.every((name) => /\.onnx$/.test(name) && basename(name) === name)) return names;
  } catch {
    // Said below.
  }
  throw new CliError('INPUT_INVALID', {
    where: path,
    expected: 'what tgm export has written, or no such file',
    received: 'something else',
    advice: 'Name another folder by --output.',
  });
}
