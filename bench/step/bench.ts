import { Contestant } from '../contestant.js';
import { type Figure, figure, median } from '../figure.js';
import { flopsOf, STEP_CASES, type StepCase } from './cases.js';

export const STEP_FIGURES = ['step', 'step-limit', 'step-memory', 'step-start'] as const;
export type StepFigure = (typeof STEP_FIGURES)[number];

export interface StepBenchOptions {
  readonly figures: readonly StepFigure[];
  /** Names of cases; all when empty. */
  readonly cases: readonly string[];
  /** Steps of each program, in turn. */
  readonly rounds: number;
  readonly python: string;
  readonly threads?: number;
}

const HERE = import.meta.dirname;
const START_LIMITS: Readonly<Record<string, number>> = { 'vit-s': 3, 'vit-b': 6 };
const INSTALL = 'pip install torch, or apt-get install python3-torch libopenblas0-pthread';

export async function benchStep(options: StepBenchOptions): Promise<Figure[]> {
  const wanted = STEP_CASES.filter(({ name }) => options.cases.length === 0 || options.cases.includes(name));
  const missing = options.cases.filter((name) => !wanted.some((each) => each.name === name));
  if (missing.length > 0) {
    throw new Error(`No case "${missing[0]}"; there are: ${STEP_CASES.map(({ name }) => name).join(', ')}.`);
  }
  const lines: Figure[] = [];
  for (const each of wanted) lines.push(...(await benchCase(each, options)));
  return lines;
}

async function benchCase(step: StepCase, options: StepBenchOptions): Promise<Figure[]> {
  const { rounds, threads, figures } = options;
  const ours = new Contestant(process.execPath, [
    '--import',
    'tsx',
    `${HERE}/ours.ts`,
    step.name,
    ...(threads ? [`${threads}`] : []),
  ]);
  const start = await ours.hear();
  if (!start) throw new Error('Our own program ended before its first step.');
  const peer = new Contestant(options.python, [
    `${HERE}/torch_step.py`,
    JSON.stringify({ ...step, threads: threads ?? 0 }),
  ]);
  const peerStart = await peer.hear();
  const times = { ours: [] as number[], peer: [] as number[], product: [] as number[] };
  for (let round = 0; round < rounds; round++) {
    times.ours.push((await ours.ask('step')).seconds!);
    if (peerStart) times.peer.push((await peer.ask('step')).seconds!);
    console.error(
      `${step.name}: ${times.ours.at(-1)!.toFixed(2)} s, peer ${times.peer.at(-1)?.toFixed(2)} s`,
    );
  }
  const memory = (await ours.ask('memory')).bytes!;
  const peerMemory = peerStart ? (await peer.ask('memory')).bytes! : null;
  peer.end();
  for (let round = 0; round < rounds; round++) times.product.push((await ours.ask('product')).gflops!);
  ours.end();

  const seconds = median(times.ours);
  const peerName = peerStart ? `PyTorch ${peerStart.major}.${peerStart.minor} eager` : 'PyTorch';
  const shared = { case: step.name, peerName, ...(peerStart ? {} : { install: INSTALL }) };
  const made: Readonly<Record<StepFigure, () => Figure>> = {
    step: () =>
      figure(
        {
          ...shared,
          figure: 'step',
          ours: step.batch / seconds,
          peer: peerStart ? step.batch / median(times.peer) : null,
          unit: 'clips/s',
          bar: 1,
        },
        'more',
      ),
    'step-limit': () =>
      figure(
        {
          case: step.name,
          figure: 'step-limit',
          ours: flopsOf(step) / seconds / 1e9,
          peer: Math.max(...times.product),
          peerName: 'matrix product of 2048 x 2048 in ONNX Runtime',
          unit: 'GFLOP/s',
          bar: 0.85,
        },
        'more',
      ),
    'step-memory': () =>
      figure(
        {
          ...shared,
          figure: 'step-memory',
          ours: memory / 2 ** 30,
          peer: peerMemory === null ? null : peerMemory / 2 ** 30,
          unit: 'GiB',
          bar: 0.8,
        },
        'less',
      ),
    'step-start': () =>
      figure(
        {
          case: step.name,
          figure: 'step-start',
          ours: Math.max(0, start.seconds! - seconds),
          peer: START_LIMITS[step.name.slice(0, 5)]!,
          peerName: 'limit',
          unit: 's',
          bar: 1,
        },
        'less',
      ),
  };
  return figures.map((name) => made[name]());
}
