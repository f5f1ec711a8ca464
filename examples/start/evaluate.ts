import type { Progress } from '@tgm/cli/program';
import type { ScoreColumn, ScoreRow, ScoreTable } from '@tgm/report';
import type { ModelFree } from '../moving-shapes/model-free.js';
import type { ArmThreads } from './arm-threads.js';
import type { Arm } from './arms.js';
import type { ArmResult } from './pretrain-arm.js';
import type { Encoder } from './scorer.js';

/** An arm with what its training came to. */
export interface Trained extends Arm {
  readonly result: ArmResult;
}

const COLUMNS: readonly ScoreColumn[] = [
  { key: 'probe/top1', label: 'linear probe', better: 'higher' },
  { key: 'probe/still', label: 'probe, still', better: 'higher' },
  { key: 'probe/moving', label: 'probe, moving', better: 'higher' },
  { key: 'probe/drift', label: 'probe, camera moves', better: 'higher' },
  { key: 'knn/top1', label: 'k-NN', better: 'higher' },
  { key: 'textToVideo/R@1', label: 'text to video R@1', better: 'higher' },
  { key: 'textToVideo/R@5', label: 'R@5', better: 'higher' },
  { key: 'textToVideo/R@10', label: 'R@10', better: 'higher' },
  { key: 'textToVideo/medianRank', label: 'median rank', better: 'lower' },
];

/** Row that the others are compared with. */
export const UNTRAINED = 'untrained';

/** What needs no model. */
const BASELINES: readonly { readonly is: ModelFree; readonly name: string; readonly note: string }[] = [
  { is: 'pixels', name: 'pixels only', note: '4 x 8 x 8 mean colours, no model' },
  { is: 'histogram', name: 'colours only', note: 'shares of 125 colours, no model' },
  {
    is: 'changes',
    name: 'changes only',
    note: 'mean changes from frame to frame, no model',
  },
];

/** How many encoders `evaluate` measures. */
export const measuredEncoders = (trained: readonly Trained[]): number =>
  BASELINES.length + 1 + trained.length;

/** Measures every trained model beside the untrained encoder and what needs no model. */
export async function evaluate(
  threads: ArmThreads,
  trained: readonly Trained[],
  progress: Progress,
): Promise<ScoreTable> {
  const described: Omit<ScoreRow, 'numbers'>[] = [
    ...BASELINES.map(({ name, note }) => ({ name, note })),
    { name: UNTRAINED, note: 'the encoder before training' },
    ...trained.map(({ name, note }) => ({ name, note })),
  ];
  const encoders: Encoder[] = [
    ...BASELINES.map(({ is }) => is),
    UNTRAINED,
    ...trained.map(({ result }) => result),
  ];
  const numbers = await threads.evaluate(encoders, (done) => progress.update(done));
  const rows = described.map((row, index) => ({ ...row, numbers: numbers[index]! }));
  const present = COLUMNS.filter(({ key }) => rows.some((row) => row.numbers[key] !== undefined));
  return { columns: present, rows, compareWith: UNTRAINED };
}
