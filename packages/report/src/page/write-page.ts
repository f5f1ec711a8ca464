import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { optionTable, text } from '@tgm/options';
import { ReportError } from '../errors.js';
import type { Report } from '../report.js';
import { page } from './page.js';

const INPUTS = optionTable('writePage', { path: text() }, ReportError);

/**
 * Writes the page of a report. The file appears whole or not at all, so that it may be read while it is written again.
 *
 * @param path of the file, such as `runs/first/report.html`; its folders are made where they are missing.
 * @returns the path.
 * @throws ReportError what `page` throws, and `FILE_FAILED` where the file cannot be written.
 */
export async function writePage(path: string, report: Report): Promise<string> {
  INPUTS.check({ path });
  const written = page(report);
  const part = `${path}.${process.pid}.part`;
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(part, written);
    await rename(part, path);
    return path;
  } catch (cause) {
    await rm(part, { force: true }).catch(() => undefined);
    throw new ReportError('FILE_FAILED', {
      where: `writePage, ${path}`,
      expected: 'a file that can be written',
      received: cause instanceof Error ? cause.message : String(cause),
      cause,
    });
  }
}
