import { linkSync, mkdtempSync, rmSync, utimesSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededRandom, uniformIndex } from '@tgm/random';
import { Contestant } from '../contestant.js';
import { type Figure, figure, median } from '../figure.js';
import { makeVideo } from '../make-video.js';
import { CLIP, DECODE_CASES, type DecodeCase, VIDEO, type WantedClip } from './cases.js';

export interface DecodeBenchOptions {
  /** Names of cases; all when empty. */
  readonly cases: readonly string[];
  /** Times that `TURNS` turns are taken. */
  readonly rounds: number;
  readonly python: string;
}

const HERE = import.meta.dirname;
const PEERS = { pyav: 'PyAV', opencv: 'OpenCV', ffmpeg: 'ffmpeg command' } as const;
const INSTALL = 'apt-get install python3-av python3-opencv ffmpeg';
/** Turns of each program in a round, and clips of each thread in a turn: as at work, but soon the next one's turn. */
const TURNS = 4;
const CLIPS = 5;

/** Clips a second, against the fastest peer on as many threads. */
export async function* benchDecode(options: DecodeBenchOptions): AsyncGenerator<Figure> {
  const cases = DECODE_CASES.filter(({ name }) => options.cases.length === 0 || options.cases.includes(name));
  for (const each of cases) yield await benchCase(each, options);
}

async function benchCase(each: DecodeCase, { rounds, python }: DecodeBenchOptions): Promise<Figure> {
  const folder = mkdtempSync(join(tmpdir(), 'tgm-bench-'));
  try {
    const path = join(folder, 'video.mp4');
    makeVideo(path, { ...VIDEO, gop: each.gop });
    // As old as videos are: of one that was written just now nothing is remembered.
    utimesSync(path, 0, 0);
    const clip = JSON.stringify({ ...CLIP, fps: VIDEO.fps, x: 58, y: 16 });
    const threads = each.cores === 'one' ? 1 : availableParallelism();
    const programs = [
      {
        name: 'ours',
        run: new Contestant(process.execPath, ['--import', 'tsx', `${HERE}/ours.ts`, path, `${threads}`]),
      },
      ...Object.entries(PEERS).map(([key, name]) => ({
        name,
        run: new Contestant(python, [`${HERE}/peer.py`, key, path, clip, each.cores]),
      })),
    ];
    const running: typeof programs = [];
    for (const program of programs) if (await program.run.hear()) running.push(program);
    if (running[0]?.name !== 'ours') throw new Error('Our own program ended before its first clip.');

    const rates = new Map(running.map(({ name }) => [name, [] as number[]]));
    const random = seededRandom('decode', each.name);
    const last = VIDEO.frameCount - (CLIP.frameCount - 1) * CLIP.stride;
    const draw = (name: string): WantedClip => {
      const start = uniformIndex(last, random);
      if (each.files === 'one') return [path, start];
      linkSync(path, join(folder, name));
      return [join(folder, name), start];
    };
    for (let round = 0; round < rounds; round++) {
      const seconds = new Map(running.map(({ name }) => [name, 0]));
      for (let turn = 0; turn < TURNS; turn++) {
        const wanted = Array.from({ length: CLIPS * threads }, (_, i) => draw(`${round}-${turn}-${i}.mp4`));
        for (const { name, run } of running) {
          const answer = await run.ask(JSON.stringify(wanted));
          seconds.set(name, seconds.get(name)! + answer.seconds!);
        }
      }
      for (const [name, all] of rates) all.push((TURNS * CLIPS * threads) / seconds.get(name)!);
      console.error(
        `${each.name}: ${[...rates].map(([name, all]) => `${name} ${all.at(-1)!.toFixed(1)}`).join(', ')}`,
      );
    }
    for (const { run } of programs) run.end();
    const [ours, ...peers] = [...rates].map(([name, all]) => ({ name, rate: median(all) }));
    const best = peers.sort((a, b) => b.rate - a.rate)[0];
    return figure(
      {
        figure: 'decode',
        case: each.name,
        ours: ours!.rate,
        peer: best?.rate ?? null,
        peerName: best?.name ?? Object.values(PEERS).join(', '),
        unit: 'clips/s',
        bar: 1.3,
        ...(best ? {} : { install: INSTALL }),
      },
      'more',
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}
