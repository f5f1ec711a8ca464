import { Buffer } from 'node:buffer';
import { type FileHandle, mkdir, open, readdir } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { optionTable, text } from '@tgm/options';
import { TrainError } from '../../errors.js';
import type { Sink } from '../sink.js';
import { orSinkFailed } from '../sink-failed.js';
import { versionMessage } from './event-protobuf.js';
import { messagesOf } from './messages-of-event.js';
import { recordOf } from './tf-record.js';

const INPUTS = optionTable('tensorBoardSink', { folder: text() }, TrainError);

/**
 * Writes event files for TensorBoard: `tensorboard --logdir <folder>`.
 *
 * - Scalars: `total`, `terms/…` with their baselines, `figures/…`, `run/…` (learning rate, norms, speed, wait for data), and the
 *   figures of each evaluator under its name, those of the average under `<name> of the average`.
 * - Text: `configuration`, what every option came to.
 *
 * Each process writes a file of its own, behind those that are there. Where a run goes on from step n, the file says so, and
 * TensorBoard drops what was told of later steps.
 *
 * @param folder made where it is missing.
 * @throws TrainError `OPTION_INVALID`. What it returns rejects with `SINK_FAILED` where a file cannot be written.
 */
export function tensorBoardSink(folder: string): Sink {
  INPUTS.check({ folder });
  let file: Promise<FileHandle> | undefined;
  const failing = <T>(call: Promise<T>): Promise<T> =>
    orSinkFailed(`tensorBoardSink, ${folder}`, 'a folder in which files can be written', call);
  return {
    async write(event) {
      const time = Date.now() / 1000;
      file ??= opened(folder, time);
      const handle = await failing(file);
      const records = messagesOf(event, time).map(recordOf);
      if (records.length > 0) await failing(handle.appendFile(Buffer.concat(records)));
    },
    async close() {
      // What failed to open was told by `write`.
      const handle = await file?.catch(() => undefined);
      if (handle) await failing(handle.close());
    },
  };
}

async function opened(folder: string, time: number): Promise<FileHandle> {
  await mkdir(folder, { recursive: true });
  const number = Math.max(Math.floor(time), newest(await readdir(folder)) + 1);
  const name = `events.out.tfevents.${String(number).padStart(10, '0')}.${hostname()}.${process.pid}`;
  const handle = await open(join(folder, name), 'ax');
  try {
    await handle.appendFile(recordOf(versionMessage(time)));
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** The largest number among the names of event files: readers take them in the order of their names. */
const newest = (names: readonly string[]): number =>
  Math.max(-1, ...names.map((name) => Number(/\btfevents\.(\d{1,15})\b/.exec(name)?.[1] ?? -1)));
