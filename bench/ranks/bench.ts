import { Contestant } from '../contestant.js';
import { type Figure, figure, median } from '../figure.js';
import { inTurn } from '../in-turn.js';
import { STEP_CASES } from '../step/cases.js';
import { type Launcher, launchersOf } from './launchers.js';

export const RANKS_FIGURES = ['ranks', 'ranks-sum'] as const;
export type RanksFigure = (typeof RANKS_FIGURES)[number];

export interface RanksBenchOptions {
  readonly figures: readonly RanksFigure[];
  /** Names of cases of `step`; by default ViT-S with tubes and 4 clips. */
  readonly cases: readonly string[];
  /** Steps of each program, in turn; sums of each size. */
  readonly rounds: number;
  /** A command with its options; by default every one that is here. */
  readonly launcher?: string;
}

const HERE = import.meta.dirname;
const RANKS = 2;
const DEFAULT_CASE = 'vit-s tube 0.9 batch 4';

/** Bytes that are summed: a word, the bucket, the gradients of ViT-S and of ViT-B with their decoders. */
const SUMS = [4, 4 * 2 ** 20, 96e6, 376e6];

/** Two ranks of one thread each beside one rank of two threads, and how fast arrays are summed. */
export async function* benchRanks(options: RanksBenchOptions): AsyncGenerator<Figure> {
  const { figures, cases, rounds } = options;
  const wanted = cases.length > 0 ? cases : [DEFAULT_CASE];
  const unknown = wanted.find((name) => !STEP_CASES.some((each) => each.name === name));
  if (unknown !== undefined) {
    throw new Error(`No case "${unknown}"; there are: ${STEP_CASES.map(({ name }) => name).join(', ')}.`);
  }
  for (const launcher of launchersOf(options.launcher)) {
    if (figures.includes('ranks-sum')) yield* benchSums(launcher, rounds);
    if (figures.includes('ranks')) for (const name of wanted) yield* await benchStep(launcher, name, rounds);
  }
}

const program = (file: string, ...values: string[]): string[] => [
  ...['--import', 'tsx', `${HERE}/${file}`],
  ...values,
];

const ranksOf = ({ command: [file, ...flags] }: Launcher, ...node: string[]): Contestant =>
  new Contestant(file!, [...flags, '-n', String(RANKS), process.execPath, ...node]);

async function benchStep(launcher: Launcher, name: string, rounds: number): Promise<Figure[]> {
  const { batch } = STEP_CASES.find((each) => each.name === name)!;
  const ranks = ranksOf(launcher, ...program('ours.ts', name, '1'));
  if ((await ranks.hear())?.size !== RANKS) throw new Error(`${launcher.name} did not start ${RANKS} ranks.`);
  const alone = new Contestant(process.execPath, program('../step/ours.ts', name, 'cpu', String(RANKS)));
  if (!(await alone.hear())) throw new Error('One rank alone ended before its first step.');
  const waits = { sums: [] as number[], peers: [] as number[] };
  const times = await inTurn(
    {
      ranks: async () => {
        const { seconds, sums, peers } = await ranks.ask('step');
        waits.sums.push(sums!);
        waits.peers.push(peers!);
        return seconds!;
      },
      alone: async () => (await alone.ask('step')).seconds!,
    },
    rounds,
    (line) => console.error(`${name}, ${launcher.name}: ${line}`),
  );
  ranks.end();
  alone.end();
  const seconds = median(times.ranks);
  const told = (what: string, share: number) =>
    figure(
      {
        figure: 'ranks-wait',
        case: `${name}, ${launcher.name}, ${what}`,
        ours: share / seconds,
        peer: null,
        peerName: 'none',
        unit: 'of the step',
        bar: null,
      },
      'less',
    );
  return [
    figure(
      {
        figure: 'ranks',
        case: `${name}, ${launcher.name}`,
        ours: batch / seconds,
        peer: batch / median(times.alone),
        peerName: `one rank of ${RANKS} threads`,
        unit: 'clips/s',
        bar: 0.9,
      },
      'more',
    ),
    told('sums', median(waits.sums)),
    told('the other rank', median(waits.peers)),
  ];
}

async function* benchSums(launcher: Launcher, rounds: number): AsyncGenerator<Figure> {
  const sums = ranksOf(launcher, ...program('sums.ts', String(rounds), ...SUMS.map(String)));
  for (const bytes of SUMS) {
    const told = await sums.hear();
    if (!told) throw new Error(`${launcher.name} ended before it had summed ${bytes} bytes.`);
    yield figure(
      {
        figure: 'ranks-sum',
        case: `${bytes / 1e6} MB, ${launcher.name}`,
        ours: told.seconds! * 1000,
        peer: null,
        peerName: 'none',
        unit: 'ms',
        bar: null,
      },
      'less',
    );
  }
  sums.end();
}
