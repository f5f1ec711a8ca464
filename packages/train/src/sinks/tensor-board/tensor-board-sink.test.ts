import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { cpuEngine, type Engine } from '@tgm/tfjs-backend-onnx';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { BeginEvent, TrainEvent } from '../../trainer/events.js';
import { follow } from '../follow.js';
import type { Sink } from '../sink.js';
import { endEvent, replayed, stepEvent, tinyRun } from '../tiny-run.test-support.js';
import { readEventFile } from './read-event-file.test-support.js';
import { tensorBoardSink } from './tensor-board-sink.js';

let engine: Engine;
let root: string;
let folder: string;
let count = 0;
beforeAll(async () => {
  engine = await cpuEngine();
  root = await mkdtemp(join(tmpdir(), 'tensor-board-'));
});
beforeEach(() => {
  folder = join(root, `${count++}`);
});
afterAll(async () => {
  await engine.dispose();
  await rm(root, { recursive: true });
});

async function toEnd(events: AsyncIterable<TrainEvent>, ...sinks: Sink[]): Promise<void> {
  const { params, buffers, average = {} } = await follow(events, sinks);
  tf.dispose([params, buffers, average] as unknown as tf.TensorContainer);
}

/** The events of all files of a folder, in the order of their names. */
async function readAll(from = folder) {
  const names = (await readdir(from)).sort();
  return { names, events: names.flatMap((name) => readEventFile(join(from, name))) };
}

describe('tensorBoardSink', () => {
  it('writes a run as event files, which read back by the published schemas', async () => {
    const told: TrainEvent[] = [];
    const keep: Sink = { write: (event) => void told.push(event), close: async () => {} };
    const before = Date.now() / 1000;
    await toEnd(tinyRun(engine, { clipNorm: 10 }), keep, tensorBoardSink(folder));
    const { names, events } = await readAll();
    expect(names).toEqual([expect.stringMatching(/^events\.out\.tfevents\.\d{10}\./)]);
    for (const { time } of events) expect(time).toBeGreaterThanOrEqual(Math.floor(before));
    const [version, start, configuration, ...rest] = events;
    expect(version).toMatchObject({ version: 'brain.Event:2', step: 0 });
    expect(start).toMatchObject({ status: 1, step: 1 });
    const json = /^```json\n(.*)\n```$/s.exec(configuration!.texts.configuration!)![1]!;
    expect(JSON.parse(json)).toEqual((told[0] as BeginEvent).description);
    expect(rest.map(({ step }) => step)).toEqual([1, 2, 3, 3, 3, 4, 5, 6, 6, 6]);
    const float = Math.fround;
    const scalars = told.flatMap((event) => {
      if (event.type === 'step') {
        return [
          {
            total: event.total,
            'terms/square': event.terms.square!,
            'terms/match': event.terms.match!,
            'run/learning rate': event.learningRate,
            'run/gradient norm': event.gradientNorm!,
            'run/weight norm': event.weightNorm,
            'run/clips per second': event.clipsPerSecond,
            'run/data wait seconds': event.dataWaitSeconds,
          },
        ];
      }
      if (event.type !== 'evaluated') return [];
      const name = event.parameters === 'average' ? 'first of the average' : 'first';
      return [{ [`${name}/weight`]: event.figures.weight!, [`${name}/none`]: Number.NaN }];
    });
    expect(rest.map((event) => event.scalars)).toEqual(
      scalars.map((each) =>
        Object.fromEntries(Object.entries(each).map(([tag, value]) => [tag, float(value)])),
      ),
    );
  });

  it('puts baselines beside their terms, and tells samples that were replaced and waits of ranks', async () => {
    const replaced = [{ id: 'a', code: 'X', message: 'bad', by: 3 }];
    await toEnd(
      replayed([stepEvent(70_000, { replaced, reduceWaitSeconds: 0.5, peerWaitSeconds: 0.25 }), endEvent(1)]),
      tensorBoardSink(folder),
    );
    const { events } = await readAll();
    expect(events[1]!.step).toBe(70_000);
    expect(Object.keys(events[1]!.scalars)).toEqual([
      'total',
      'terms/reconstruction',
      'terms/contrastive',
      'terms/reconstruction baseline',
      'terms/contrastive baseline',
      'figures/contrastive negatives',
      'run/learning rate',
      'run/weight norm',
      'run/clips per second',
      'run/data wait seconds',
      'run/reduce wait seconds',
      'run/peer wait seconds',
      'run/replaced samples',
    ]);
    expect(events[1]!.scalars).toMatchObject({
      'run/reduce wait seconds': 0.5,
      'run/peer wait seconds': 0.25,
    });
  });

  it('says where a run goes on, in a file behind those that are there, whatever the clock says', async () => {
    await mkdir(folder);
    // A file of a machine whose clock is ahead, torn by a kill.
    await writeFile(join(folder, 'events.out.tfevents.9000000000.host.1'), 'torn');
    const begin: BeginEvent = { type: 'begin', step: 5, steps: 9, description: {} as never };
    await toEnd(replayed([begin, stepEvent(6), endEvent(6)]), tensorBoardSink(folder));
    const names = (await readdir(folder)).sort();
    expect(names[1]).toMatch(/^events\.out\.tfevents\.9000000001\./);
    const events = readEventFile(join(folder, names[1]!));
    expect(events.map(({ step, status }) => [step, status])).toEqual([
      [0, undefined],
      [6, 1],
      [5, undefined],
      [6, undefined],
    ]);
  });

  it('has each event with the system before it asks for the next one', async () => {
    const seen: number[] = [];
    const looks: Sink = {
      write: async () => void seen.push((await readAll()).events.length),
      close: async () => {},
    };
    await toEnd(replayed([stepEvent(1), stepEvent(2), endEvent(2)]), tensorBoardSink(folder), looks);
    expect(seen).toEqual([2, 3, 3]);
  });

  it('fails before the first step where its folder is a file', async () => {
    await writeFile(folder, '');
    const steps: number[] = [];
    const counts: Sink = {
      write: (event) => void (event.type === 'step' && steps.push(event.step)),
      close: async () => {},
    };
    await expect(toEnd(tinyRun(engine), counts, tensorBoardSink(folder))).rejects.toMatchObject({
      name: 'TrainError',
      code: 'SINK_FAILED',
      where: `tensorBoardSink, ${folder}`,
      cause: { code: 'EEXIST' },
    });
    expect(steps).toEqual([]);
  });

  it.each([undefined, '', 3])('refuses the folder %j', (value) => {
    expect(() => tensorBoardSink(value as never)).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID', where: 'tensorBoardSink, option folder' }),
    );
  });
});
