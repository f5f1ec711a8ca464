import { Contestant } from '../contestant.js';
import { type Figure, figure, median } from '../figure.js';
import { inTurn, secondsOf } from '../in-turn.js';
import { INSTALL_TORCH, torchPeer } from '../torch-peer.js';
import { FINETUNE_CASES, type FinetuneCase, RECIPE } from './cases.js';

export interface FinetuneBenchOptions {
  /** Names of cases; all when empty. */
  readonly cases: readonly string[];
  /** Steps of each program, in turn. */
  readonly rounds: number;
  readonly python: string;
  readonly threads?: number;
}

const HERE = import.meta.dirname;

/** Clips a second of a fine-tuning step on all tokens, beside PyTorch's. */
export async function* benchFinetune(options: FinetuneBenchOptions): AsyncGenerator<Figure> {
  const { cases } = options;
  for (const each of FINETUNE_CASES) {
    if (cases.length === 0 || cases.includes(each.name)) yield await benchCase(each, options);
  }
}

async function benchCase(
  each: FinetuneCase,
  { rounds, python, threads }: FinetuneBenchOptions,
): Promise<Figure> {
  const { name, batch } = each;
  const program = ['--import', 'tsx', `${HERE}/ours.ts`, name, ...(threads ? [`${threads}`] : [])];
  const ours = new Contestant(process.execPath, program);
  if (!(await ours.hear())) throw new Error('Our own program ended before its first step.');
  const given = { ...each, recipe: RECIPE, threads: threads ?? 0 };
  const peer = await torchPeer(python, `${HERE}/torch_finetune.py`, given);
  const measures = {
    ours: secondsOf(ours, 'step'),
    peer: peer.program && secondsOf(peer.program, 'step'),
  };
  const seconds = await inTurn(measures, rounds, (line) => console.error(`${name}, seconds: ${line}`));
  ours.end();
  peer.program?.end();
  return figure(
    {
      figure: 'finetune',
      case: name,
      ours: batch / median(seconds.ours),
      peer: peer.program ? batch / median(seconds.peer) : null,
      peerName: `${peer.name} eager`,
      unit: 'clips/s',
      bar: 1,
      ...(peer.program ? {} : { install: INSTALL_TORCH }),
    },
    'more',
  );
}
