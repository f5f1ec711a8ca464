import { open, readFile } from 'node:fs/promises';
import { manifestFault, shown } from '../datasets/tables/fault.js';
import type { VideoErrorCode } from '../errors.js';
import { requirePath } from '../option-fields.js';
import { fileError } from '../system-failure.js';

/** A sample that could not be loaded for a fault of its own file. */
export interface BadSample {
  readonly id: string;
  readonly source: string;
  readonly code: VideoErrorCode;
  readonly message: string;
}

/** How every line begins that `quarantineFile` writes. */
const BEGINNING = '{"id":';

const LINE_FEED = 0x0a;

/** What a file of bad samples must say of each. */
export interface NamedSample {
  readonly id: string;
}

/** A file of bad samples, a line of JSON each. Several processes may append to it. */
export interface QuarantineFile {
  /** Ids of the samples in the file. */
  read(): Promise<string[]>;
  /** @throws {VideoError} `SYSTEM_FAILED` when it cannot be written, `MANIFEST_INVALID` when its folder is not there. */
  append<Bad extends NamedSample>(bad: readonly Bad[]): Promise<void>;
}

/**
 * A process that is killed while it writes may leave half a line. Such a line counts as not there: its sample is found bad
 * again. What is appended begins on a line of its own, so that half a line spoils no other.
 */
export function quarantineFile(path: string): QuarantineFile {
  requirePath('quarantineFile', path);
  return {
    async read() {
      const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return '';
        throw fileError(error, 'MANIFEST_INVALID', path, 'a file that can be read');
      });
      return text.split('\n').flatMap((line, index) => idOf(path, line.trim(), index + 1));
    },
    async append(bad) {
      try {
        // In append mode the system puts each write behind what is there, whoever wrote it.
        const file = await open(path, 'a+');
        try {
          const { size } = await file.stat();
          const last = size > 0 ? (await file.read(Buffer.alloc(1), 0, 1, size - 1)).buffer[0] : LINE_FEED;
          const lines = bad.map(({ id, ...rest }) => `${JSON.stringify({ id, ...rest })}\n`).join('');
          await file.appendFile(last === LINE_FEED || lines === '' ? lines : `\n${lines}`);
        } finally {
          await file.close();
        }
      } catch (error) {
        throw fileError(error, 'MANIFEST_INVALID', path, 'a file that can be written');
      }
    },
  };
}

/** The id in a line, none in a blank one or in half a line. @throws {VideoError} `MANIFEST_INVALID` for another file's line. */
function idOf(path: string, text: string, line: number): string[] {
  if (text === '') return [];
  let id: unknown;
  try {
    ({ id } = JSON.parse(text));
  } catch (error) {
    // Half a line, or half of one with whole ones behind it where two processes wrote at once.
    const rest = text.lastIndexOf(BEGINNING);
    if (rest > 0) return idOf(path, text.slice(rest), line);
    if (text.startsWith(BEGINNING) || BEGINNING.startsWith(text)) return [];
    throw manifestFault(path, 'a list of bad samples', (error as Error).message, line);
  }
  if (typeof id !== 'string') throw manifestFault(path, '"id" to be text', shown(id), line);
  return [id];
}
