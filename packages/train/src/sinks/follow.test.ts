import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { cpuEngine, type Engine } from '@tgm/tfjs-backend-onnx';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TrainEvent } from '../trainer/events.js';
import { follow } from './follow.js';
import type { Sink } from './sink.js';
import { endEvent, replayed, stepEvent, tinyRun } from './tiny-run.test-support.js';

let engine: Engine;
let folder: string;
beforeAll(async () => {
  engine = await cpuEngine();
  folder = await mkdtemp(join(tmpdir(), 'follow-'));
});
afterAll(async () => {
  await engine.dispose();
  await rm(folder, { recursive: true });
});

/** Keeps what it hears; fails at an event, or when it is closed. */
function recorder(fails?: (event: TrainEvent) => boolean, closeFails = false) {
  const heard: string[] = [];
  const sink: Sink = {
    async write(event) {
      await new Promise((resolve) => setTimeout(resolve, 1));
      heard.push('step' in event ? `${event.type} ${event.step}` : event.type);
      if (fails?.(event)) throw new Error('no place left');
    },
    async close() {
      heard.push('closed');
      if (closeFails) throw new Error('cannot be closed');
    },
  };
  return { sink, heard };
}

const dispose = (tensors: object) => tf.dispose(tensors as tf.TensorContainer);

describe('follow', () => {
  it('gives every event to each sink in order, closes them, and gives the end with its tensors', async () => {
    const [one, other] = [recorder(), recorder()];
    const end = await follow(tinyRun(engine), [one.sink, other.sink]);
    expect(one.heard).toEqual([
      'begin 0',
      ...['step 1', 'step 2', 'step 3', 'evaluated 3', 'evaluated 3'],
      ...['step 4', 'step 5', 'step 6', 'evaluated 6', 'evaluated 6'],
      'end 6',
      'closed',
    ]);
    expect(other.heard).toEqual(one.heard);
    expect(end).toMatchObject({ type: 'end', reason: 'completed', step: 6 });
    expect((await end.params.w!.data()).length).toBe(6);
    dispose([end.params, end.buffers, end.average!]);
  });

  it('runs without sinks', async () => {
    const { params, buffers, average } = await follow(tinyRun(engine));
    dispose([params, buffers, average!]);
  });

  it('ends a run whose sink fails, with what was done saved, every sink closed and no tensor left', async () => {
    const tensors = tf.memory().numTensors;
    const into = join(folder, 'failing');
    const run = () => tinyRun(engine, { checkpoint: { folder: into, every: 100 } });
    const failing = recorder((event) => event.type === 'step' && event.step === 4);
    const other = recorder(undefined, true);
    await expect(follow(run(), [other.sink, failing.sink])).rejects.toThrow('no place left');
    expect(failing.heard.slice(-2)).toEqual(['step 4', 'closed']);
    expect(other.heard.slice(-2)).toEqual(['step 4', 'closed']);
    expect((await readdir(into)).filter((name) => name.startsWith('step-'))).toEqual(['step-00000004']);
    const again = recorder();
    const { params, buffers, average } = await follow(run(), [again.sink]);
    expect(again.heard.slice(0, 2)).toEqual(['begin 4', 'step 5']);
    dispose([params, buffers, average!]);
    expect(tf.memory().numTensors).toBe(tensors);
  });

  it('disposes the tensors of a run that nobody gets', async () => {
    const tensors = tf.memory().numTensors;
    const atEnd = recorder((event) => event.type === 'end');
    await expect(follow(tinyRun(engine), [atEnd.sink])).rejects.toThrow('no place left');
    await expect(follow(tinyRun(engine), [recorder(undefined, true).sink])).rejects.toThrow(
      'cannot be closed',
    );
    expect(tf.memory().numTensors).toBe(tensors);
  });

  it('closes the sinks of a run that fails, and throws its error', async () => {
    const { sink, heard } = recorder(undefined, true);
    const failing = tinyRun(engine, { average: undefined as never, evaluate: undefined as never, seed: '' });
    await expect(follow(failing, [sink])).rejects.toMatchObject({ code: 'OPTION_INVALID' });
    expect(heard).toEqual(['closed']);
  });

  it('tells the sinks what has ended a run that had begun, and throws it', async () => {
    const error = Object.assign(new Error('no negatives'), { code: 'NO_NEGATIVES' });
    const run = async function* (ends: unknown) {
      yield { type: 'begin', step: 0, steps: 9, description: {} } as never;
      yield stepEvent(1);
      throw ends;
    };
    const told: TrainEvent[] = [];
    const keeps: Sink = { write: async (event) => void told.push(event), close: async () => {} };
    await expect(follow(run(error), [keeps])).rejects.toBe(error);
    expect(told.at(-1)).toEqual({ type: 'failed', code: 'NO_NEGATIVES', message: 'no negatives' });
    for (const stop of [new DOMException('stopped', 'AbortError'), { by: 'SIGTERM' }]) {
      const { sink, heard } = recorder();
      await expect(follow(run(stop), [sink])).rejects.toBe(stop);
      expect(heard).toEqual(['begin 0', 'step 1', 'closed']);
    }
  });

  it('refuses events without an end, and what are no events or sinks', async () => {
    await expect(follow(replayed([stepEvent(1)]))).rejects.toMatchObject({ code: 'CONTRACT_BROKEN' });
    for (const events of [null, [endEvent(1)], {}])
      await expect(follow(events as never)).rejects.toMatchObject({ where: 'follow, option events' });
    await expect(follow(replayed([]), [{ write() {} } as never])).rejects.toMatchObject({
      code: 'OPTION_INVALID',
      where: 'follow, option sinks.0',
    });
  });
});
