import { randomUUID } from 'node:crypto';
import { closeSync, openSync, readdirSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { workerData } from 'node:worker_threads';

/** What a thread is started with, so that whoever ends it can remove its files. */
export interface TemporaryFilesOf {
  readonly temporaryFiles: string;
}

export function newTemporaryFiles(): string {
  return `tgm-video-${randomUUID()}`;
}

/** How the names of this thread's files begin. */
const beginning = (workerData as TemporaryFilesOf | null)?.temporaryFiles ?? newTemporaryFiles();
let next = 0;

export function temporaryPath(): string {
  return join(tmpdir(), `${beginning}-${next++}`);
}

/** Bytes that one call writes: Node takes less than 2 GiB. */
const STEP = 2 ** 30;

/** Writes a file that no one else may read. */
export function writePrivateFile(path: string, bytes: Uint8Array): void {
  const file = openSync(path, 'wx', 0o600);
  try {
    for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at, Math.min(STEP, bytes.length - at));
  } finally {
    closeSync(file);
  }
}

/** Removes what a thread that was started with this left. */
export function removeTemporaryFiles(begin: string): void {
  for (const name of readdirSync(tmpdir())) {
    if (name.startsWith(begin)) rmSync(join(tmpdir(), name), { force: true });
  }
}
