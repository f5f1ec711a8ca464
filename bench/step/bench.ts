import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
import type { Device } from '@tgm/tfjs-backend-onnx';
import { Contestant } from '../contestant.js';
import { type Figure, figure, median } from '../figure.js';
import { hasBfloat16 } from '../has-bfloat16.js';
import { inTurn, secondsOf } from '../in-turn.js';
import { INSTALL_TORCH, torchPeer } from '../torch-peer.js';
import { DEMO_CASE, flopsOf, STEP_CASES, type StepCase } from './cases.js';

export const STEP_FIGURES = [
  'step',
  'step-limit',
  'step-memory',
  'step-start',
  'engines',
  'step-device',
] as const;
export type StepFigure = (typeof STEP_FIGURES)[number];

export interface StepBenchOptions {
  readonly figures: readonly StepFigure[];
  /** Names of cases; all when empty. */
  readonly cases: readonly string[];
  /** Steps of each program, in turn. */
  readonly rounds: number;
  readonly python: string;
  readonly threads?: number;
  /** Folder of another checkout, built, whose own step is the peer in place of PyTorch's. */
  readonly against?: string;
  /** Where `step-device` computes. */
  readonly device: Device;
}

const HERE = import.meta.dirname;
const START_LIMITS: Readonly<Record<string, number>> = { 'vit-s': 3, 'vit-b': 6, 'demo ': 3 };

/** Gives each figure as soon as its case is measured. */
export async function* benchStep(options: StepBenchOptions): AsyncGenerator<Figure> {
  const wanted = STEP_CASES.filter(({ name }) =>
    options.cases.length === 0 ? name !== DEMO_CASE.name : options.cases.includes(name),
  );
  const missing = options.cases.filter((name) => !wanted.some((each) => each.name === name));
  if (missing.length > 0) {
    throw new Error(`No case "${missing[0]}"; there are: ${STEP_CASES.map(({ name }) => name).join(', ')}.`);
  }
  const figures = options.figures.filter(
    (name): name is PairedFigure => name !== 'engines' && name !== 'step-device',
  );
  if (figures.length > 0) {
    for (const each of wanted) yield* await benchCase(each, { ...options, figures });
  }
  if (options.figures.includes('engines')) yield await benchEngines(options);
  if (options.figures.includes('step-device')) {
    for (const each of wanted) yield* benchDevice(each, options);
  }
}

type PairedFigure = Exclude<StepFigure, 'engines' | 'step-device'>;

/** @param checkout folder of the checkout whose program it is. */
const ourProgram = (
  step: StepCase,
  engine: Device | 'wasm',
  threads?: number,
  checkout = resolve(HERE, '../..'),
): Contestant =>
  new Contestant(
    process.execPath,
    [
      '--import',
      'tsx',
      `${checkout}/bench/step/ours.ts`,
      step.name,
      engine,
      ...(threads ? [`${threads}`] : []),
    ],
    checkout,
  );

const productProgram = (threads?: number): Contestant =>
  new Contestant(process.execPath, [
    '--import',
    'tsx',
    `${HERE}/product.ts`,
    ...(threads ? [`${threads}`] : []),
  ]);

/** The traced engine beside TensorFlow.js's fastest eager one that needs no download. */
async function benchEngines({ rounds, threads }: StepBenchOptions): Promise<Figure> {
  const programs = { onnx: ourProgram(DEMO_CASE, 'cpu', threads), wasm: ourProgram(DEMO_CASE, 'wasm') };
  const seconds = { onnx: [] as number[], wasm: [] as number[] };
  for (const program of Object.values(programs)) {
    if (!(await program.hear())) throw new Error('An engine ended before its first step.');
  }
  for (let round = 0; round < rounds; round++) {
    for (const name of ['onnx', 'wasm'] as const)
      seconds[name].push((await programs[name].ask('step')).seconds!);
  }
  for (const program of Object.values(programs)) program.end();
  return figure(
    {
      figure: 'engines',
      case: DEMO_CASE.name,
      ours: DEMO_CASE.batch / median(seconds.onnx),
      peer: DEMO_CASE.batch / median(seconds.wasm),
      peerName: 'wasm, eager, one thread',
      unit: 'clips/s',
      bar: 5,
    },
    'more',
  );
}

const PRECISIONS = ['float32', 'tf32', 'bfloat16'] as const;

/** The step on a GPU beside PyTorch's on the same one, in its precisions. */
async function* benchDevice(step: StepCase, options: StepBenchOptions): AsyncGenerator<Figure> {
  const { rounds, device, python } = options;
  const ours = ourProgram(step, device);
  if (!(await ours.hear())) throw new Error(`Our own program ended before its first step on ${device}.`);
  for (const precision of PRECISIONS) {
    const peer = new Contestant(python, [
      `${HERE}/torch_step.py`,
      JSON.stringify({ ...step, threads: 0, device: 'cuda', precision }),
    ]);
    const peerStart = await peer.hear();
    const times = { ours: [] as number[], peer: [] as number[] };
    for (let round = 0; round < rounds; round++) {
      times.ours.push((await ours.ask('step')).seconds!);
      if (peerStart) times.peer.push((await peer.ask('step')).seconds!);
    }
    peer.end();
    yield figure(
      {
        figure: 'step-device',
        case: `${step.name} on ${device}`,
        ours: step.batch / median(times.ours),
        peer: peerStart ? step.batch / median(times.peer) : null,
        peerName: `PyTorch${peerStart ? ` ${peerStart.major}.${peerStart.minor}` : ''} on cuda, ${precision}`,
        unit: 'clips/s',
        bar: 1,
        ...(peerStart ? {} : { install: INSTALL_TORCH }),
      },
      'more',
    );
  }
  ours.end();
}

async function benchCase(
  step: StepCase,
  options: Omit<StepBenchOptions, 'figures'> & { readonly figures: readonly PairedFigure[] },
): Promise<Figure[]> {
  const { rounds, threads, against } = options;
  const ours = ourProgram(step, 'cpu', threads);
  const start = await ours.hear();
  if (!start) throw new Error('Our own program ended before its first step.');
  const script = `${HERE}/torch_step.py`;
  const given = { ...step, threads: threads ?? 0 };
  const peer = await (against === undefined
    ? torchPeer(options.python, script, given)
    : commitPeer(against, ourProgram(step, 'cpu', threads, against)));
  const told = options.figures.includes('step') && against === undefined && hasBfloat16();
  const half = told
    ? await torchPeer(options.python, script, { ...given, precision: 'bfloat16' })
    : undefined;
  const product = options.figures.includes('step-limit') ? productProgram(threads) : undefined;
  if (product) await product.hear();
  const measures = {
    ours: secondsOf(ours, 'step'),
    peer: peer.program && secondsOf(peer.program, 'step'),
    bfloat16: half?.program && secondsOf(half.program, 'step'),
    // GFLOP/s
    product: product && (async () => (await product.ask('product')).gflops!),
  };
  const times = await inTurn(measures, rounds, (line) => console.error(`${step.name}: ${line}`));
  half?.program?.end();
  product?.end();
  const memory = (await ours.ask('memory')).bytes!;
  const peerMemory = peer.program ? (await peer.program.ask('memory')).bytes! : null;
  peer.program?.end();
  ours.end();

  const seconds = median(times.ours);
  // Against an earlier commit nothing may be lost but what is noise.
  const bars = against === undefined ? { step: 1, memory: 0.8 } : { step: 0.98, memory: 0.98 };
  const peerName = against === undefined ? `${peer.name} eager` : peer.name;
  const shared = { case: step.name, peerName, ...(peer.program ? {} : { install: INSTALL_TORCH }) };
  const made: Readonly<Record<PairedFigure, () => Figure>> = {
    step: () =>
      figure(
        {
          ...shared,
          figure: 'step',
          ours: step.batch / seconds,
          peer: peer.program ? step.batch / median(times.peer) : null,
          unit: 'clips/s',
          bar: bars.step,
        },
        'more',
      ),
    'step-limit': () =>
      figure(
        {
          case: step.name,
          figure: 'step-limit',
          ours: flopsOf(step) / seconds / 1e9,
          peer: median(times.product),
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
          bar: bars.memory,
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
  const figures = options.figures.map((name) => made[name]());
  if (!half?.program) return figures;
  return [
    ...figures,
    figure(
      {
        case: step.name,
        figure: 'step',
        ours: step.batch / seconds,
        peer: step.batch / median(times.bfloat16),
        peerName: `${half.name} eager, bfloat16 autocast`,
        unit: 'clips/s',
        bar: null,
      },
      'more',
    ),
  ];
}

/** Another checkout's own program in the place of PyTorch's. */
async function commitPeer(checkout: string, program: Contestant) {
  if (!(await program.hear())) throw new Error(`The program of ${checkout} ended before its first step.`);
  return { program, name: `commit ${commitOf(checkout)}` };
}

const commitOf = (checkout: string): string =>
  execFileSync('git', ['-C', checkout, 'rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
