import { existsSync } from 'node:fs';
import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type Command, UsageError } from './command-line.js';

/** One row of `log.jsonl`. */
export interface LogRow {
  /** ISO 8601 time. */
  readonly time: string;
  readonly event: string;
  readonly [field: string]: unknown;
}

/** `runs/<time>/`: the command it was started with, its log, and everything it makes. */
export interface RunFolder {
  readonly path: string;
  readonly command: Command;
  /** Milliseconds since 1970. */
  readonly started: number;
  log(event: string, fields: Readonly<Record<string, unknown>>): Promise<void>;
  /** The rows of one event, in order. A step that a resumed run made again counts once, with its last row. */
  rows(event: string): Promise<LogRow[]>;
}

/** Makes a new run folder below `root`. */
export async function createRun(root: string, command: Command, now: Date): Promise<RunFolder> {
  const path = join(root, now.toISOString().slice(0, 19).replaceAll(':', '-'));
  await mkdir(path, { recursive: true });
  const record = { started: now.getTime(), command };
  await writeFile(join(path, 'run.json'), `${JSON.stringify(record, null, 2)}\n`);
  return runFolder(path, command, now.getTime());
}

/** Opens a run that was stopped; it goes on with the command that it was started with. */
export async function openRun(folder: string): Promise<RunFolder> {
  const path = resolve(folder);
  const record = join(path, 'run.json');
  if (!existsSync(record)) {
    throw new UsageError(
      `--resume needs the folder of an earlier run with a run.json, got ${path}, which has none.`,
    );
  }
  const { started, command } = JSON.parse(await readFile(record, 'utf8'));
  return runFolder(path, command, started);
}

function runFolder(path: string, command: Command, started: number): RunFolder {
  const log = join(path, 'log.jsonl');
  return {
    path,
    command,
    started,
    log: (event, fields) =>
      appendFile(log, `${JSON.stringify({ time: new Date().toISOString(), event, ...fields })}\n`),
    async rows(event) {
      if (!existsSync(log)) return [];
      const lines = (await readFile(log, 'utf8')).split('\n').filter(isWhole);
      const rows = lines.map((line): LogRow => JSON.parse(line)).filter((row) => row.event === event);
      const byStep = new Map(rows.map((row) => [`${row.arm} ${row.step}`, row]));
      return [...byStep.values()];
    },
  };
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
