import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { optionTable, text } from '@tgm/options';
import { TrainError } from '../errors.js';
import { lineOf } from './event-json.js';
import type { Sink } from './sink.js';
import { orSinkFailed } from './sink-failed.js';
import { endOfWholeLines, looksLikeEvents } from './whole-lines.js';

const INPUTS = optionTable('jsonlSink', { path: text() }, TrainError);

/**
 * Writes events to a file, one line of JSON each, behind what is there. `readEvents` reads them.
 *
 * Tensors are left out; NaN and the infinities are texts. A line is with the system before the run goes on, so that a kill loses
 * the line in hand at most; a torn line of an earlier process is cut off. With a checkpoint the lines are on the disk too.
 *
 * A run that goes on from step n makes the steps behind n again. Nothing is removed for it: its `begin` says that what lies
 * before it and is of later steps is void.
 *
 * @param path the file, which is made where it is missing, with its folders.
 * @throws TrainError `OPTION_INVALID`. What it returns rejects with `SINK_FAILED` where the file cannot be written, or holds
 *   something else.
 */
export function jsonlSink(path: string): Sink {
  INPUTS.check({ path });
  let file: Promise<FileHandle> | undefined;
  const failing = <T>(call: Promise<T>): Promise<T> =>
    orSinkFailed(`jsonlSink, ${path}`, 'a file that can be written', call);
  return {
    async write(event) {
      file ??= opened(path);
      const handle = await failing(file);
      await failing(handle.appendFile(lineOf(event, new Date())));
      if (event.type === 'saved') await failing(synced(handle));
    },
    async close() {
      // What failed to open was told by `write`.
      const handle = await file?.catch(() => undefined);
      if (handle) await failing(synced(handle).finally(() => handle.close()));
    },
  };
}

async function opened(path: string): Promise<FileHandle> {
  await mkdir(dirname(path), { recursive: true });
  const handle = await open(path, 'a+');
  try {
    const { size } = await handle.stat();
    // Pipes and devices, which have no size, are not read.
    if (size === 0) return handle;
    if (!(await looksLikeEvents(handle))) {
      throw new TrainError('SINK_FAILED', {
        where: `jsonlSink, ${path}`,
        expected: 'a file of events, or none yet',
        received: 'a file of something else',
      });
    }
    const end = await endOfWholeLines(handle, size);
    if (end < size) await handle.truncate(end);
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** Waits until a file's bytes lie on the disk. A pipe or a device has none there. */
async function synced(handle: FileHandle): Promise<void> {
  if ((await handle.stat()).isFile()) await handle.datasync();
}
