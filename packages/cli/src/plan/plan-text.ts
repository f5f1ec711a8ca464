import { DATA_SETS } from '../presets/data-sets.js';
import type { PartOperations } from './operations.js';
import type { Plan } from './plan.js';

/** A plan as lines for people: a name, and what it comes to. */
export function planText(plan: Plan): string {
  const { operations, memory, stores, time, machine } = plan;
  const published = operations.published;
  const unit = unitOf(published.total);
  const count = (each: number): string => inUnit(each, unit);
  const { name: product } = unit;
  const trains = plan.stage !== 'probing';
  const rows: (readonly [string, string] | undefined)[] = [
    ['data', `${DATA_SETS[plan.data].name}, ${plan.videos.toLocaleString('en')} videos`],
    ['tokens', tokensText(plan)],
    ['parameters', `${(plan.parameters / 1e6).toFixed(1)} million`],
    ['forward', `${count(published.total)} ${product} a clip as published: ${partsText(published, unit)}`],
    [
      '',
      `${count(operations.forward.total)} ${product} as done here: ${partsText(operations.forward, unit)}`,
    ],
    operations.furtherViews > 0
      ? ['', `${count(operations.furtherViews)} ${product} of further views`]
      : undefined,
    trains
      ? [
          'step',
          `${count(operations.step)} ${product} a clip${operations.again > 0 ? `, ${count(operations.again)} of them computed again` : ''}`,
        ]
      : undefined,
    trains ? ['steps', stepsText(plan)] : undefined,
    trains
      ? [
          'memory',
          `${bytesText(memory.total)} at the peak, ${plan.batch} clips at a time: ${bytesText(memory.activations)} for the gradient, ${bytesText(memory.parameters + memory.moments)} of state, ${bytesText(memory.gradients + memory.drawn)} of gradients and drawn parameters, ${bytesText(memory.program)} of the program`,
        ]
      : undefined,
    trains ? ['checkpoint', bytesText(plan.checkpoint)] : undefined,
    stores.scores > 0
      ? [
          'scores',
          `${bytesText(stores.scores)} of ${stores.scoredFrames.toLocaleString('en')} frames, ${bytesText(stores.captions)} of captions`,
        ]
      : undefined,
    ['shards', bytesText(stores.shards)],
    machine
      ? [
          'machine',
          `${machine.name}, ${figure(machine.teraflops)} TFLOP/s of which ${Math.round(100 * machine.efficiency)} % are reckoned with, ${bytesText(machine.memory)}`,
        ]
      : undefined,
    time.clipsPerSecond !== undefined ? ['time', timeText(plan)] : undefined,
    time.parts ? ['', partsOfStepText(plan)] : undefined,
    time.scoringDays !== undefined ? ['scoring', `${daysText(time.scoringDays)} once`] : undefined,
    plan.fits === undefined || !trains ? undefined : ['fits', plan.fits ? 'yes' : 'no'],
    ...plan.advice.map(({ says }) => ['', says] as const),
  ];
  return rows
    .filter((row) => row !== undefined)
    .map(([name, text]) => `${name.padEnd(12)}${text}`.trimEnd())
    .join('\n');
}

function tokensText({ tokens }: Plan): string {
  const { all, visible, masked, reconstructed } = tokens;
  if (masked === 0) return `${all} a clip, all visible`;
  const some = reconstructed === masked ? '' : `, ${reconstructed} of them reconstructed`;
  return `${all} a clip: ${visible} visible, ${masked} masked${some}`;
}

function stepsText({ time, accumulate, batch }: Plan): string {
  const parts = accumulate === 1 ? '' : ` in ${accumulate} parts of ${batch}`;
  return `${time.steps.toLocaleString('en')} of ${time.clipsPerStep} clips${parts}, ${time.stepsPerEpoch.toLocaleString('en')} an epoch`;
}

/** A probe has no steps: it computes features, a clip at a time. */
const timeText = ({ stage, time }: Plan): string => {
  const step = stage === 'probing' ? '' : `, ${figure(time.secondsPerStep!)} s a step`;
  return `${figure(time.clipsPerSecond!)} clips/s${step}, ${daysText(time.days!)}`;
};

const WAITS = {
  handover: 'handing gradients over',
  copies: 'copies to and from devices',
  sums: 'sums of gradients',
  load: 'waiting for clips',
};

/** What a step is made of, and how much of the devices is left. */
function partsOfStepText({ time }: Plan): string {
  const { compute, total, ...waits } = time.parts!;
  const told = (Object.keys(WAITS) as (keyof typeof WAITS)[])
    .filter((name) => waits[name] > 0)
    .map((name) => `${figure(waits[name])} s ${WAITS[name]}`);
  if (told.length === 0) return 'no step waits for anything';
  return `${figure(compute)} s computing, ${told.join(', ')}: ${Math.round((100 * compute) / total)} % computing`;
}

/** Three digits that count, without an exponent. */
const figure = (value: number): string =>
  value.toLocaleString('en', { minimumSignificantDigits: 3, maximumSignificantDigits: 3 });

const partsText = (parts: PartOperations, unit: OperationUnit): string =>
  (['embedding', 'encoder', 'bridge', 'decoder', 'head'] as const)
    .filter((part) => parts[part] > 0)
    .map((part) => `${part} ${inUnit(parts[part], unit)}`)
    .join(', ');

/** Multiply-adds, 1e9 or 1e6 of them. */
interface OperationUnit {
  readonly name: string;
  readonly size: number;
}

const unitOf = (operations: number): OperationUnit =>
  operations < 1e9 ? { name: 'MMAC', size: 1e6 } : { name: 'GMAC', size: 1e9 };

const inUnit = (operations: number, { size }: OperationUnit): string => {
  const value = operations / size;
  return value.toFixed(value < 10 ? 2 : 1);
};

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'] as const;

/** In powers of 1000. */
export function bytesText(bytes: number): string {
  const power = Math.min(UNITS.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(bytes, 1)) / 3)));
  return `${figure(bytes / 1000 ** power)} ${UNITS[power]}`;
}

/** The largest unit of which there is at least one; years where there are many. */
export function daysText(days: number): string {
  const units = [
    ['years', days < MANY_DAYS ? 0 : days / 365.25],
    ['days', days],
    ['hours', days * 24],
    ['minutes', days * 1440],
  ] as const;
  const [name, value] = units.find(([, many]) => many >= 1) ?? (['seconds', days * 86_400] as const);
  const digits = value < 10 ? 1 : 0;
  const shown = value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return `${shown} ${name}`;
}

const MANY_DAYS = 1000;
