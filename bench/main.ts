/**
 * `npm run bench -- <figure> …`: measures against peers, and prints one JSON line for each figure and case.
 *
 *   npm run bench -- step step-limit step-memory step-start engines
 *   npm run bench -- step-device --device webgpu --case "vit-s tube 0.9 batch 4"
 *   npm run bench -- decode loader growth --peer-python /usr/bin/python3
 *   npm run bench -- clip --peer-python ~/venv/bin/python
 *   npm run bench -- finetune extract --peer-python ~/venv/bin/python
 *   npm run bench -- step --case "vit-s tube 0.9 batch 2" --rounds 7 --peer-python ~/venv/bin/python
 *   npm run bench -- step step-memory --against <folder of another checkout, built>
 *   npm run bench -- recompute --case "vit-s tube 0.9 batch 8"
 *   npm run bench -- stream stream-memory
 *   npm run bench -- masks text-mask
 *   npm run bench -- probe --rounds 1
 *   npm run bench -- plan-memory --case "vit-b tgm batch 2"
 *   npm run bench -- ranks ranks-sum --rounds 11
 *   npm run bench -- ranks-sum --launcher "mpirun.mpich -hosts node1,node2"
 */
import { cpus, loadavg } from 'node:os';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Device } from '@tgm/tfjs-backend-onnx';
import { benchClipModel } from './clip/bench.js';
import { benchDecode } from './decode/bench.js';
import { benchExtract } from './extract/bench.js';
import type { Figure } from './figure.js';
import { benchFinetune } from './finetune/bench.js';
import { benchGrowth } from './growth/bench.js';
import { benchLoader } from './loader/bench.js';
import { benchMasks } from './masks/bench.js';
import { benchPlanMemory } from './plan/bench.js';
import { benchProbe } from './probe/bench.js';
import { benchRanks, RANKS_FIGURES, type RanksFigure } from './ranks/bench.js';
import { benchRecompute } from './recompute/bench.js';
import { benchStep, STEP_FIGURES, type StepFigure } from './step/bench.js';
import { benchStream, STREAM_FIGURES, type StreamFigure } from './stream/bench.js';
import { benchTextMask } from './text-mask/bench.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    'peer-python': { type: 'string', default: 'python3' },
    case: { type: 'string', multiple: true },
    rounds: { type: 'string', default: '7' },
    threads: { type: 'string' },
    against: { type: 'string' },
    device: { type: 'string', default: 'webgpu' },
    launcher: { type: 'string' },
  },
});

const isStep = (name: string): name is StepFigure => (STEP_FIGURES as readonly string[]).includes(name);
const isStream = (name: string): name is StreamFigure => (STREAM_FIGURES as readonly string[]).includes(name);
const isRanks = (name: string): name is RanksFigure => (RANKS_FIGURES as readonly string[]).includes(name);
const known = [
  'clip',
  'finetune',
  'extract',
  'recompute',
  'plan-memory',
  'decode',
  'loader',
  'growth',
  'masks',
  'text-mask',
  'probe',
  ...RANKS_FIGURES,
  ...STREAM_FIGURES,
  ...STEP_FIGURES,
];
const unknown = positionals.filter((name) => !known.includes(name));
if (unknown.length > 0 || positionals.length === 0) {
  console.error(
    `npm run bench -- <figure> …; figures: ${known.join(', ')}${unknown.length > 0 ? `; unknown: ${unknown.join(', ')}` : ''}`,
  );
  process.exit(1);
}

/** A setting that is a whole number from 1; anything else ends the program before it measures. */
function count(name: 'rounds' | 'threads', text: string): number {
  if (/^[1-9]\d*$/.test(text)) return Number(text);
  console.error(`--${name}: expected a whole number from 1, got ${JSON.stringify(text)}`);
  process.exit(1);
}

const options = {
  cases: values.case ?? [],
  rounds: count('rounds', values.rounds),
  python: values['peer-python'],
};
const threads = values.threads === undefined ? {} : { threads: count('threads', values.threads) };
const against = values.against === undefined ? {} : { against: resolve(values.against) };

async function* measure(): AsyncGenerator<Figure> {
  const steps = positionals.filter(isStep);
  if (steps.length > 0) {
    yield* benchStep({ ...options, ...threads, ...against, device: values.device as Device, figures: steps });
  }
  if (positionals.includes('clip')) yield* benchClipModel({ ...options, ...threads });
  if (positionals.includes('finetune')) yield* benchFinetune({ ...options, ...threads });
  if (positionals.includes('extract')) yield* benchExtract({ ...options, ...threads });
  if (positionals.includes('recompute')) yield* benchRecompute({ ...options, ...threads });
  if (positionals.includes('plan-memory')) yield* benchPlanMemory({ ...options, ...threads });
  if (positionals.includes('decode')) yield* benchDecode(options);
  if (positionals.includes('loader')) yield* benchLoader(options);
  if (positionals.includes('growth')) yield* benchGrowth(options);
  if (positionals.includes('masks')) yield* benchMasks(options);
  if (positionals.includes('text-mask')) yield* benchTextMask(options);
  if (positionals.includes('probe')) yield* benchProbe({ ...options, ...threads });
  const ranks = positionals.filter(isRanks);
  const launcher = values.launcher === undefined ? {} : { launcher: values.launcher };
  if (ranks.length > 0) yield* benchRanks({ ...options, ...launcher, figures: ranks });
  const streams = positionals.filter(isStream);
  if (streams.length > 0) yield* benchStream({ ...options, figures: streams });
}
const machine = { processor: cpus()[0]!.model, load: Math.round(loadavg()[0]! * 100) / 100 };
for await (const line of measure()) console.log(JSON.stringify({ ...line, ...machine }));
