import { existsSync } from 'node:fs';
import { appendFile, mkdir, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { cpuEngine, type Engine } from '@tgm/tfjs-backend-onnx';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { TrainEvent } from '../trainer/events.js';
import { follow } from './follow.js';
import { jsonlSink } from './jsonl-sink.js';
import { readEvents } from './read-events.js';
import type { Sink } from './sink.js';
import { endEvent, replayed, stepEvent, tinyRun } from './tiny-run.test-support.js';

let engine: Engine;
let root: string;
let folder: string;
let path: string;
let count = 0;
beforeAll(async () => {
  engine = await cpuEngine();
  root = await mkdtemp(join(tmpdir(), 'jsonl-'));
});
beforeEach(() => {
  folder = join(root, `${count++}`);
  path = join(folder, 'log', 'events.jsonl');
});
afterAll(async () => {
  await engine.dispose();
  await rm(root, { recursive: true });
});

const run = (until = 100) => {
  const checkpoint = { folder: join(folder, 'checkpoints'), every: 2 };
  return (async function* (): AsyncGenerator<TrainEvent, void, undefined> {
    for await (const event of tinyRun(engine, { checkpoint })) {
      yield event;
      if (event.type === 'step' && event.step === until) throw new Error('killed');
    }
  })();
};

async function toEnd(events: AsyncIterable<TrainEvent>, ...sinks: Sink[]): Promise<void> {
  const { params, buffers, average = {} } = await follow(events, sinks);
  tf.dispose([params, buffers, average] as unknown as tf.TensorContainer);
}

const linesOf = async () => (await readFile(path, 'utf8')).split('\n');
const stepsOf = async () =>
  (await readEvents(path)).flatMap((event) => (event.type === 'step' ? [event.step] : []));

describe('jsonlSink', () => {
  it('writes each event of a run as a line that reads back, without tensors', async () => {
    const events: TrainEvent[] = [];
    const keep: Sink = { write: (event) => void events.push(event), close: async () => {} };
    await toEnd(run(), jsonlSink(path), keep);
    const lines = await linesOf();
    expect(lines.pop()).toBe('');
    expect(lines.length).toBe(events.length);
    const types =
      'begin step step saved step evaluated evaluated step saved step step saved evaluated evaluated end';
    expect(lines.map((line) => JSON.parse(line).type).join(' ')).toBe(types);
    // As it is told, but for the tensors.
    const { params, buffers, average, ...end } = events.at(-1) as never as Record<string, unknown>;
    const told = [...events.slice(0, -1), end];
    const read = await readEvents(path);
    expect(read.map(({ time: _, ...event }) => event)).toEqual(told);
    for (const { time } of read) expect(new Date(time).toISOString()).toBe(time);
    expect(JSON.parse(lines[0]!)).toMatchObject({
      step: 0,
      steps: 6,
      description: { optimizer: { is: 'sgd', momentum: 0.9 }, run: { seed: 1, average: { decay: 0.5 } } },
    });
  });

  it('has each line with the system before it asks for the next event', async () => {
    const seen: number[] = [];
    const looks: Sink = {
      async write() {
        seen.push((await linesOf()).length - 1);
      },
      close: async () => {},
    };
    await toEnd(replayed([stepEvent(1), stepEvent(2), endEvent(2)]), jsonlSink(path), looks);
    expect(seen).toEqual([1, 2, 3]);
  });

  it('says NaN and the infinities as texts, which are read as numbers again', async () => {
    const odd = stepEvent(1, {
      total: Number.NaN,
      terms: { a: Number.POSITIVE_INFINITY, b: 1 },
      figures: { c: Number.NEGATIVE_INFINITY },
      replaced: [{ id: 'NaN', code: 'X', message: 'two\u2028lines\n', by: 3 }],
    });
    const evaluated = {
      type: 'evaluated',
      step: 1,
      evaluator: 'NaN',
      parameters: 'average',
      figures: { none: Number.NaN },
    } as const;
    await toEnd(replayed([odd, evaluated, endEvent(1)]), jsonlSink(path));
    const [line] = await linesOf();
    expect(JSON.parse(line!)).toMatchObject({
      total: 'NaN',
      terms: { a: 'Infinity', b: 1 },
      figures: { c: '-Infinity' },
    });
    expect(line).not.toContain('\u2028');
    expect((await readEvents(path)).slice(0, 2)).toMatchObject([odd, evaluated]);
  });

  it('goes on behind the lines of a killed run, cuts off a torn one, and tells what is void', async () => {
    await expect(toEnd(run(3), jsonlSink(path))).rejects.toThrow('killed');
    const told = await readFile(path);
    // A kill leaves no word of a failure.
    const before = told.subarray(0, told.indexOf('{"type":"failed"'));
    // The third step is made again: its checkpoint is gone, and its line is torn.
    await rm(join(folder, 'checkpoints', 'step-00000003'), { recursive: true });
    await truncate(path, before.length - 5);
    expect(await stepsOf()).toEqual([1, 2]);
    await toEnd(run(), jsonlSink(path));
    const after = await readFile(path);
    const whole = before.subarray(0, before.lastIndexOf('\n', before.length - 2) + 1);
    expect(after.subarray(0, whole.length)).toEqual(whole);
    for (const line of after.toString().trimEnd().split('\n')) JSON.parse(line);
    expect(await stepsOf()).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('reads steps that were made again once, as they were made last', async () => {
    const begin = (step: number) =>
      ({ type: 'begin', step, steps: 9, description: {} }) as never as TrainEvent;
    const killed = [
      begin(0),
      stepEvent(1),
      stepEvent(2),
      stepEvent(3),
      { type: 'saved', step: 3, path: 'x' } as const,
      { type: 'failed', code: 'LOSS_NOT_FINITE', message: 'a loss that is none' } as const,
    ];
    await expect(follow(replayed(killed), [jsonlSink(path)])).rejects.toMatchObject({
      code: 'CONTRACT_BROKEN',
    });
    await toEnd(replayed([begin(1), stepEvent(2, { total: 5 }), endEvent(2)]), jsonlSink(path));
    const before = await readFile(path, 'utf8');
    expect(before).toContain('"type":"failed","code":"LOSS_NOT_FINITE","message":"a loss that is none"');
    const events = await readEvents(path);
    expect(events.map((event) => ('step' in event ? `${event.type} ${event.step}` : event.type))).toEqual([
      'step 1',
      'begin 1',
      'step 2',
      'end 2',
    ]);
    expect(events[2]).toMatchObject({ total: 5 });
    expect((await linesOf()).length).toBe(10);
    // A run from the start voids all.
    await toEnd(replayed([begin(0), endEvent(0)]), jsonlSink(path));
    expect((await readEvents(path)).map(({ type }) => type)).toEqual(['begin', 'end']);
  });

  it('cuts off a torn line that is longer than what is read at once', async () => {
    await mkdir(join(folder, 'log'), { recursive: true });
    await writeFile(path, `{"type":"step"}\n{"type":"begin","description":"${'x'.repeat(200_000)}`);
    await toEnd(replayed([endEvent(1)]), jsonlSink(path));
    expect((await linesOf()).slice(0, -1).map((line) => JSON.parse(line).type)).toEqual(['step', 'end']);
    await writeFile(path, `{"type":"begin","description":"${'x'.repeat(200_000)}`);
    await toEnd(replayed([endEvent(1)]), jsonlSink(path));
    expect((await linesOf()).slice(0, -1).map((line) => JSON.parse(line).type)).toEqual(['end']);
  });

  it('leaves a file of something else as it is', async () => {
    await mkdir(join(folder, 'log'), { recursive: true });
    for (const text of ['notes', '{"a":1}\n', '{"typ0']) {
      await writeFile(path, text);
      await expect(toEnd(replayed([endEvent(1)]), jsonlSink(path))).rejects.toMatchObject({
        code: 'SINK_FAILED',
        received: 'a file of something else',
      });
      expect(await readFile(path, 'utf8')).toBe(text);
    }
  });

  it('fails before the first step where its path is a folder, or lies in a file', async () => {
    await mkdir(path, { recursive: true });
    await writeFile(join(folder, 'file'), '');
    for (const [to, code] of [
      [path, 'EISDIR'],
      [join(folder, 'file', 'events.jsonl'), 'EEXIST'],
    ] as const) {
      const steps: number[] = [];
      const counts: Sink = {
        write: (event) => void (event.type === 'step' && steps.push(event.step)),
        close: async () => {},
      };
      await expect(toEnd(tinyRun(engine), counts, jsonlSink(to))).rejects.toMatchObject({
        name: 'TrainError',
        code: 'SINK_FAILED',
        where: `jsonlSink, ${to}`,
        cause: { code },
      });
      expect(steps).toEqual([]);
    }
  });

  it.skipIf(!existsSync('/dev/full'))('says that the disk is full', async () => {
    await expect(toEnd(tinyRun(engine), jsonlSink('/dev/full'))).rejects.toMatchObject({
      code: 'SINK_FAILED',
      received: expect.stringContaining('ENOSPC'),
      cause: { code: 'ENOSPC' },
    });
  });

  it.each([undefined, '', 3])('refuses the path %j', (value) => {
    expect(() => jsonlSink(value as never)).toThrow(
      expect.objectContaining({ where: 'jsonlSink, option path' }),
    );
  });
});

describe('readEvents', () => {
  it('refuses lines that are no events, and says where', async () => {
    await mkdir(join(folder, 'log'), { recursive: true });
    for (const [text, line] of [
      ['{"type":"step"\n{"type":"step"}\n', 1],
      ['{"type":"saved","step":1}\n[3]\n{"type":"saved","step":2}\n', 2],
      ['not a log', 1],
    ] as const) {
      await writeFile(path, text);
      await expect(readEvents(path)).rejects.toMatchObject({
        code: 'OPTION_INVALID',
        where: `readEvents, ${path}, line ${line}`,
      });
    }
    await appendFile(path, '');
    for (const [name, code] of [
      ['none', 'ENOENT'],
      ['log', 'EISDIR'],
    ] as const) {
      await expect(readEvents(join(folder, name))).rejects.toMatchObject({
        name: 'TrainError',
        code: 'SINK_FAILED',
        cause: { code },
      });
    }
  });
});
