import { Contestant } from '../contestant.js';
import { type Figure, figure, median } from '../figure.js';
import { FINETUNE_CASES, LARGE_FINETUNE_CASES } from '../finetune/cases.js';
import { inTurn, secondsOf } from '../in-turn.js';
import { LARGE_STEP_CASES } from '../step/cases.js';

export interface RecomputeBenchOptions {
  /** Names of cases; all when empty. */
  readonly cases: readonly string[];
  /** Steps of each program, in turn. */
  readonly rounds: number;
  readonly threads?: number;
}

interface RecomputeCase {
  readonly name: string;
  /** A program, and what it is given before `recompute`. */
  readonly program: readonly [script: string, ...given: string[]];
}

const BENCH = `${import.meta.dirname}/..`;

const casesOf = (threads: string): readonly RecomputeCase[] => [
  ...LARGE_STEP_CASES.map(
    ({ name }): RecomputeCase => ({
      name,
      program: [`${BENCH}/step/ours.ts`, name, 'cpu', threads],
    }),
  ),
  ...[...FINETUNE_CASES, ...LARGE_FINETUNE_CASES].map(
    ({ name }): RecomputeCase => ({
      name: `fine-tuning ${name}`,
      program: [`${BENCH}/finetune/ours.ts`, name, threads],
    }),
  ),
];

/** Peak memory and time of a step whose blocks are computed again for their gradients, beside the step that keeps all. */
export async function* benchRecompute(options: RecomputeBenchOptions): AsyncGenerator<Figure> {
  const { cases, threads } = options;
  for (const each of casesOf(threads === undefined ? '' : `${threads}`)) {
    if (cases.length === 0 || cases.includes(each.name)) yield* await benchCase(each, options);
  }
}

async function benchCase(
  { name, program }: RecomputeCase,
  { rounds }: RecomputeBenchOptions,
): Promise<Figure[]> {
  const started = async (...more: string[]): Promise<Contestant> => {
    const contestant = new Contestant(process.execPath, ['--import', 'tsx', ...program, ...more]);
    if (await contestant.hear()) return contestant;
    throw new Error(`A program ended before its first step: ${name}.`);
  };
  const [ours, peer] = [await started('recompute'), await started()];
  const measures = { ours: secondsOf(ours, 'step'), peer: secondsOf(peer, 'step') };
  const seconds = await inTurn(measures, rounds, (line) => console.error(`${name}, seconds: ${line}`));
  const bytes = { ours: (await ours.ask('memory')).bytes!, peer: (await peer.ask('memory')).bytes! };
  ours.end();
  peer.end();
  const shared = { case: name, peerName: 'the same step without recompute', bar: null };
  return [
    figure(
      {
        ...shared,
        figure: 'recompute-memory',
        ours: bytes.ours / 2 ** 30,
        peer: bytes.peer / 2 ** 30,
        unit: 'GiB',
      },
      'less',
    ),
    figure(
      {
        ...shared,
        figure: 'recompute-time',
        ours: median(seconds.ours),
        peer: median(seconds.peer),
        unit: 's',
      },
      'less',
    ),
  ];
}
