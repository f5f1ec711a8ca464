import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Contestant } from '../contestant.js';
import { type DecodeCase, VIDEO } from '../decode/cases.js';
import { type Figure, figure, median } from '../figure.js';
import { makeVideo } from '../make-video.js';
import { LOADER_CASES, LOADING } from './cases.js';

export interface LoaderBenchOptions {
  /** Names of cases; all when empty. */
  readonly cases: readonly string[];
  /** Turns of each program. */
  readonly rounds: number;
  readonly python: string;
}

const HERE = import.meta.dirname;
const INSTALL = 'pip install torch av, or apt-get install python3-torch python3-av';

/** Clips a second into batches, all cores, against PyTorch's DataLoader with PyAV and as many workers. */
export async function* benchLoader(options: LoaderBenchOptions): AsyncGenerator<Figure> {
  const cases = LOADER_CASES.filter(({ name }) => options.cases.length === 0 || options.cases.includes(name));
  for (const each of cases) yield await benchCase(each, options);
}

async function benchCase(each: DecodeCase, { rounds, python }: LoaderBenchOptions): Promise<Figure> {
  const folder = mkdtempSync(join(tmpdir(), 'tgm-bench-'));
  try {
    makeVideo(join(folder, '0.mp4'), { ...VIDEO, gop: each.gop });
    for (let i = 1; i < LOADING.videos; i++) copyFileSync(join(folder, '0.mp4'), join(folder, `${i}.mp4`));
    const workers = availableParallelism();
    const ours = new Contestant(process.execPath, [
      '--import',
      'tsx',
      `${HERE}/ours.ts`,
      folder,
      `${workers}`,
    ]);
    if (!(await ours.hear())) throw new Error('Our own program ended before its first batch.');
    const peer = new Contestant(python, [
      `${HERE}/torch_loader.py`,
      folder,
      JSON.stringify({ ...LOADING, workers }),
    ]);
    const peerStart = await peer.hear();
    const rates = { ours: [] as number[], peer: [] as number[] };
    for (let round = 0; round < rounds; round++) {
      for (const [name, program] of Object.entries({ ours, peer }) as ['ours' | 'peer', Contestant][]) {
        if (name === 'peer' && !peerStart) continue;
        const { clips, seconds } = await program.ask('epoch');
        rates[name].push(clips! / seconds!);
      }
      const [own, other] = [rates.ours.at(-1)!, rates.peer.at(-1)];
      console.error(`${each.name}: ${own.toFixed(1)} clips/s, peer ${other?.toFixed(1)}`);
    }
    ours.end();
    peer.end();
    return figure(
      {
        figure: 'loader',
        case: each.name,
        ours: median(rates.ours),
        peer: peerStart ? median(rates.peer) : null,
        peerName: peerStart
          ? `PyTorch ${peerStart.major}.${peerStart.minor} DataLoader, PyAV ${peerStart.av}`
          : 'PyTorch DataLoader, PyAV',
        unit: 'clips/s',
        bar: 1.3,
        ...(peerStart ? {} : { install: INSTALL }),
      },
      'more',
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}
