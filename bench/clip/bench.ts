import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CLIP_MODEL_PIXELS } from '@tgm/models';
import { Contestant } from '../contestant.js';
import { type Figure, figure, median } from '../figure.js';
import { CLIP_MODEL_CASES, type ClipModelCase } from './cases.js';

export interface ClipModelBenchOptions {
  /** Names of cases; all when empty. */
  readonly cases: readonly string[];
  /** Turns of each program. */
  readonly rounds: number;
  readonly python: string;
  readonly threads?: number;
}

const HERE = import.meta.dirname;

/** Frames a second from bytes to normalised patch embeddings, against PyTorch on the same weights and frames. */
export async function* benchClipModel(options: ClipModelBenchOptions): AsyncGenerator<Figure> {
  const cases = CLIP_MODEL_CASES.filter(
    ({ name }) => options.cases.length === 0 || options.cases.includes(name),
  );
  for (const each of cases) yield await benchCase(each, options);
}

async function benchCase(
  each: ClipModelCase,
  { rounds, python, threads }: ClipModelBenchOptions,
): Promise<Figure> {
  const folder = mkdtempSync(join(tmpdir(), 'tgm-bench-'));
  try {
    const program = ['--import', 'tsx', `${HERE}/ours.ts`, each.name, folder];
    const ours = new Contestant(process.execPath, [...program, ...(threads ? [`${threads}`] : [])]);
    const start = await ours.hear();
    if (!start) throw new Error('Our own program ended before its first frames.');
    const { name, frameCount, config } = each;
    const weights = join(folder, 'model.safetensors');
    const given = {
      frameCount,
      config: config.visionConfig,
      weights,
      threads: threads ?? null,
      ...CLIP_MODEL_PIXELS,
    };
    const peer = new Contestant(python, [`${HERE}/torch_clip.py`, JSON.stringify(given)]);
    const peerStart = await peer.hear();
    if (peerStart) requireSame(start, peerStart);
    const rates = { ours: [] as number[], peer: [] as number[] };
    for (let round = 0; round < rounds; round++) {
      rates.ours.push(frameCount / (await ours.ask('encode')).seconds!);
      if (peerStart) rates.peer.push(frameCount / (await peer.ask('encode')).seconds!);
      console.error(
        `${name}: ${rates.ours.at(-1)!.toFixed(1)} frames/s, peer ${rates.peer.at(-1)?.toFixed(1)}`,
      );
    }
    ours.end();
    peer.end();
    return figure(
      {
        figure: 'clip',
        case: name,
        ours: median(rates.ours),
        peer: peerStart ? median(rates.peer) : null,
        peerName: peerStart ? `PyTorch ${peerStart.major}.${peerStart.minor}` : 'PyTorch',
        unit: 'frames/s',
        bar: 1,
        ...(peerStart
          ? {}
          : { install: 'pip install torch, or apt-get install python3-torch libopenblas0-pthread' }),
      },
      'more',
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Numbers of a unit vector of 512: two programs that do not compute the same are not compared. */
function requireSame(ours: Record<string, number>, peer: Record<string, number>): void {
  for (const place of ['first', 'last']) {
    if (Math.abs(ours[place]! - peer[place]!) < 1e-4) continue;
    throw new Error(`The programs embed the ${place} patch differently: ${ours[place]} and ${peer[place]}.`);
  }
}
