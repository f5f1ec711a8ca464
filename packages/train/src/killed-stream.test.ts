import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { seededRandom } from '@tgm/masking';
import { expect, it } from 'vitest';
import { loadCheckpoint } from './checkpoint/load-checkpoint.js';
import { writeStripes } from './data/test-videos.test-support.js';
import { readEvents } from './sinks/read-events.js';

const program = fileURLToPath(new URL('./killed-stream.test-support.ts', import.meta.url));

/** How often the run is killed. Each kill costs some seconds. */
const KILLS = Number(process.env.TGM_KILLS ?? 3);
/** Enough for all kills, since a process gets through some of them before the next. */
const STEPS = 30 * KILLS;
/** Milliseconds from a process's first step to its end, at most. */
const LIFE = 700;

interface Run {
  readonly videos: string;
  readonly folder: string;
  readonly log: string;
}

/** Goes on with a run, with so many decode threads, until it ends or is killed `life` ms behind its first step. */
async function goOn({ videos, folder, log }: Run, workers: number, life?: number): Promise<boolean> {
  const args = ['--import', 'tsx', program, videos, folder, log, String(STEPS), String(workers)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  child.stdout.resume();
  if (life !== undefined) {
    await Promise.race([once(child.stdout, 'data'), ended]);
    await Promise.race([delay(life), ended]);
    child.kill('SIGKILL');
  }
  const [code, signal] = await ended;
  if (code !== 0 && signal !== 'SIGKILL') throw new Error(`The program ended with ${code ?? signal}.`);
  return signal === 'SIGKILL';
}

/** What was written down of each step. A step that was done twice has two lines, the last one may be half a line. */
async function linesOf({ log }: Run): Promise<Map<number, string[]>> {
  const lines = new Map<number, string[]>();
  for (const line of (await readFile(log, 'utf8')).split('\n')) {
    if (!line.endsWith('}')) continue;
    const { step } = JSON.parse(line) as { step: number };
    lines.set(step, [...(lines.get(step) ?? []), line]);
  }
  return lines;
}

/** What the file of events tells of each step, but for its times. */
async function toldOf({ log }: Run): Promise<unknown[]> {
  const events = await readEvents(`${log}.events`);
  return events.flatMap((event) => {
    if (event.type !== 'step') return [];
    const { time: _, seconds: _seconds, clipsPerSecond: _speed, dataWaitSeconds: _wait, ...told } = event;
    return [told];
  });
}

/** All that a checkpoint holds, as bytes. */
async function bytesOf({ folder }: Run): Promise<Record<string, string>> {
  const { params, average, buffers } = await loadCheckpoint(folder);
  const bytes: Record<string, string> = {};
  for (const [part, tensors] of Object.entries({ params, average, buffers })) {
    for (const [name, tensor] of Object.entries(tensors ?? {})) {
      const { buffer, byteOffset, byteLength } = await tensor.data();
      bytes[`${part} ${name}`] = Buffer.from(buffer, byteOffset, byteLength).toString('hex');
      tensor.dispose();
    }
  }
  return bytes;
}

it(
  'a run on videos that is killed at random moments equals the one that ran through',
  async () => {
    const root = await mkdtemp(join(tmpdir(), 'tgm-killed-stream-'));
    try {
      const videos = join(root, 'videos');
      await mkdir(videos);
      for (const stripe of [2, 3, 4, 5, 6]) await writeStripes(videos, `v${stripe}`, { stripe, speed: 2 });
      await writeFile(join(videos, 'broken.mp4'), 'not a video');
      const run = (name: string): Run => ({
        videos,
        folder: join(root, name),
        log: join(root, `${name}.log`),
      });
      const [whole, broken] = [run('whole'), run('broken')];
      await goOn(whole, 2);

      const random = seededRandom('kills');
      let kills = 0;
      while (kills < KILLS && (await goOn(broken, 1 + (kills % 3), random() * LIFE))) kills++;
      await goOn(broken, 2);
      expect(kills).toBe(KILLS);

      const [expected, found] = [await linesOf(whole), await linesOf(broken)];
      expect([...expected.keys()]).toEqual(Array.from({ length: STEPS }, (_, step) => step + 1));
      expect([...found.keys()].sort((a, b) => a - b)).toEqual([...expected.keys()]);
      for (const [step, lines] of found)
        expect(new Set(lines), `step ${step}`).toEqual(new Set(expected.get(step)));
      const told = await toldOf(whole);
      expect(told.length).toBe(STEPS);
      // A sample that cannot be read is told once in a process.
      const known = (events: unknown[]) => events.map((event) => ({ ...(event as object), replaced: [] }));
      expect(known(await toldOf(broken))).toEqual(known(told));
      expect(await bytesOf(broken)).toEqual(await bytesOf(whole));
    } finally {
      await rm(root, { recursive: true });
    }
  },
  60_000 + KILLS * 30_000,
);
