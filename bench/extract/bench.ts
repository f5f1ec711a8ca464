import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { IMAGENET_PIXELS } from '@tgm/models';
import { Contestant } from '../contestant.js';
import { type Figure, figure, median } from '../figure.js';
import { inTurn, secondsOf } from '../in-turn.js';
import { INSTALL_TORCH, torchPeer } from '../torch-peer.js';
import { EXTRACT_CASES, type ExtractCase } from './cases.js';

export interface ExtractBenchOptions {
  /** Names of cases; all when empty. */
  readonly cases: readonly string[];
  /** Turns of each program. */
  readonly rounds: number;
  readonly python: string;
  readonly threads?: number;
}

const HERE = import.meta.dirname;

/** Clips a second from bytes to features, beside PyTorch's with the same weights and clips. */
export async function* benchExtract(options: ExtractBenchOptions): AsyncGenerator<Figure> {
  const { cases } = options;
  for (const each of EXTRACT_CASES) {
    if (cases.length === 0 || cases.includes(each.name)) yield await benchCase(each, options);
  }
}

async function benchCase(
  each: ExtractCase,
  { rounds, python, threads }: ExtractBenchOptions,
): Promise<Figure> {
  const { name, clips } = each;
  const folder = mkdtempSync(join(tmpdir(), 'tgm-bench-'));
  try {
    const program = ['--import', 'tsx', `${HERE}/ours.ts`, name, folder, ...(threads ? [`${threads}`] : [])];
    const ours = new Contestant(process.execPath, program);
    const start = await ours.hear();
    if (!start) throw new Error('Our own program ended before its first clips.');
    const given = { ...each, ...IMAGENET_PIXELS, folder, threads: threads ?? 0 };
    const peer = await torchPeer(python, `${HERE}/torch_extract.py`, given);
    if (peer.start) requireSame(start, peer.start);
    const measures = {
      ours: secondsOf(ours, 'extract'),
      peer: peer.program && secondsOf(peer.program, 'extract'),
    };
    const seconds = await inTurn(measures, rounds, (line) => console.error(`${name}, seconds: ${line}`));
    ours.end();
    peer.program?.end();
    return figure(
      {
        figure: 'extract',
        case: name,
        ours: clips / median(seconds.ours),
        peer: peer.program ? clips / median(seconds.peer) : null,
        peerName: peer.name,
        unit: 'clips/s',
        bar: 1.1,
        ...(peer.program ? {} : { install: INSTALL_TORCH }),
      },
      'more',
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Two programs that do not compute the same are not compared. */
function requireSame(ours: Record<string, number>, peer: Record<string, number>): void {
  for (const place of ['first', 'last']) {
    if (Math.abs(ours[place]! - peer[place]!) < 1e-4) continue;
    throw new Error(`The ${place} number of the features differs: ${ours[place]} and ${peer[place]}.`);
  }
}
