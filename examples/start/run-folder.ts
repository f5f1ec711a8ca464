import { existsSync } from 'node:fs';
import { appendFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ProgramError } from '../program/errors.js';
import { type Command, checkSameOptions } from './command-line.js';

/** One row of `log.jsonl`. */
export interface LogRow {
  /** ISO 8601 time. */
  readonly time: string;
  readonly event: string;
  readonly [field: string]: unknown;
}

/** `runs/<time>/`: the command it was started with, its log, everything it makes, and a folder for each training. */
export interface RunFolder {
  readonly path: string;
  readonly command: Command;
  /** Milliseconds since 1970. */
  readonly started: number;
  /** @throws ProgramError `WRITE_FAILED` */
  log(event: string, fields: Readonly<Record<string, unknown>>): Promise<void>;
  /** The rows of one event, in order. */
  rows(event: string): Promise<LogRow[]>;
}

/** Makes a new run folder below `root`: two runs of one second get two. @throws ProgramError `WRITE_FAILED` */
export async function createRun(root: string, command: Command, now: Date): Promise<RunFolder> {
  const name = now.toISOString().slice(0, 19).replaceAll(':', '-');
  const started = now.getTime();
  return written(root, async () => {
    await mkdir(root, { recursive: true });
    for (let number = 1; ; number++) {
      const path = join(root, number === 1 ? name : `${name}-${number}`);
      if (!(await madeFolder(path))) continue;
      await writeFile(join(path, 'run.json'), `${JSON.stringify({ started, command }, null, 2)}\n`);
      return runFolder(path, command, started);
    }
  });
}

/**
 * The run in a folder of a given name, new or gone on with.
 *
 * @throws ProgramError `WRITE_FAILED`, `INPUT_INVALID`, `OPTIONS_CHANGED` where it was begun with other options.
 */
export async function runIn(path: string, command: Command): Promise<RunFolder> {
  if (existsSync(join(path, 'run.json'))) {
    const run = await openRun(path);
    checkSameOptions(run.command, command);
    return run;
  }
  return written(path, async () => {
    await mkdir(path, { recursive: true });
    const started = Date.now();
    await writeFile(join(path, 'run.json'), `${JSON.stringify({ started, command }, null, 2)}\n`);
    return runFolder(path, command, started);
  });
}

/**
 * Opens a run that was stopped; it goes on with the command that it was started with.
 *
 * @throws ProgramError `INPUT_INVALID`
 */
export async function openRun(folder: string): Promise<RunFolder> {
  const path = resolve(folder);
  const record = join(path, 'run.json');
  const refuse = (received: string, cause?: unknown): never => {
    throw new ProgramError('INPUT_INVALID', {
      where: 'npm start, option resume',
      expected: 'the folder of an earlier run, with its run.json',
      received,
      ...(cause === undefined ? {} : { cause }),
    });
  };
  if (!existsSync(record)) refuse(`${path}, which has none`);
  try {
    const { started, command } = JSON.parse(await readFile(record, 'utf8'));
    if (Number.isFinite(started) && typeof command?.seed === 'number')
      return runFolder(path, command, started);
  } catch (error) {
    return refuse(`${record}, which cannot be read`, error);
  }
  return refuse(`${record}, which tells no command`);
}

/** Takes away the folder of a run that failed before it had made anything: there is nothing to go on with. */
export async function removeUnbegun({ path }: RunFolder): Promise<void> {
  const names = await readdir(path).catch(() => []);
  if (names.every((name) => name === 'run.json')) await rm(path, { recursive: true, force: true });
}

/** False where another run has made it already. */
async function madeFolder(path: string): Promise<boolean> {
  try {
    await mkdir(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function runFolder(path: string, command: Command, started: number): RunFolder {
  const log = join(path, 'log.jsonl');
  return {
    path,
    command,
    started,
    log: (event, fields) =>
      written(log, () =>
        appendFile(log, `${JSON.stringify({ time: new Date().toISOString(), event, ...fields })}\n`),
      ),
    async rows(event) {
      if (!existsSync(log)) return [];
      const lines = (await readFile(log, 'utf8')).split('\n').filter(isWhole);
      return lines.map((line): LogRow => JSON.parse(line)).filter((row) => row.event === event);
    },
  };
}

/** Writes; a failure names the file and what the system says. */
async function written<T>(path: string, write: () => Promise<T>): Promise<T> {
  return write().catch((cause: Error) => {
    throw new ProgramError('WRITE_FAILED', {
      where: path,
      expected: 'to be able to write there',
      received: cause.message,
      cause,
    });
  });
}

/** A killed process can leave half a line at the end. */
function isWhole(line: string): boolean {
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}
