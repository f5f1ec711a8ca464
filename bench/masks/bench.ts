import { seededRandom } from '@tgm/masking';
import { type SyntheticCues, syntheticCues } from '@tgm/masking/testing';
import { type Figure, figure, median } from '../figure.js';
import { type MeasuredStrategy, measuredStrategies } from './strategies.js';

/** VideoMAE's, of 16 frames of 224 x 224. */
const GRID = { slices: 8, rows: 14, columns: 14 };

const CLIPS = 64;

/** Masks of a batch may take this many milliseconds. Flow has no bar: its cue is warped frame by frame. */
const LIMIT = 2;

/** Batches before the first that counts, until the code is compiled, and batches of a round. */
const BATCHES = { before: 300, measured: 50 };

export interface MasksBenchOptions {
  /** Parts of names; all strategies when empty. */
  readonly cases: readonly string[];
  readonly rounds: number;
}

/**
 * Masks of 64 clips, drawn, checked and listed, with the generator of each. In processor time, so that other work on the machine
 * shows little. Strategies take turns.
 */
export function* benchMasks({ cases, rounds }: MasksBenchOptions): Generator<Figure> {
  const strategies = measuredStrategies().filter(
    ({ name }) => cases.length === 0 || cases.some((part) => name.includes(part)),
  );
  const cues = Array.from({ length: CLIPS }, (_, clip) => syntheticCues(GRID, seededRandom('cues', clip)));
  const milliseconds = strategies.map(({ strategy }) => {
    for (let batch = 0; batch < BATCHES.before; batch += 1) drawBatch(strategy, cues, batch);
    return [] as number[];
  });
  for (let round = 0; round < rounds; round += 1) {
    strategies.forEach(({ strategy }, at) => {
      const began = process.cpuUsage();
      for (let batch = 0; batch < BATCHES.measured; batch += 1) drawBatch(strategy, cues, batch);
      const { user, system } = process.cpuUsage(began);
      milliseconds[at]!.push((user + system) / 1000 / BATCHES.measured);
    });
  }
  for (const [at, { name, strategy }] of strategies.entries()) {
    const isBarred = !strategy.requires.includes('flow' as never);
    yield figure(
      {
        figure: 'masks',
        case: name,
        ours: median(milliseconds[at]!),
        peer: LIMIT,
        peerName: `limit, processor time for ${CLIPS} clips of 8 x 14 x 14`,
        unit: 'ms',
        bar: isBarred ? 1 : null,
      },
      'less',
    );
  }
}

function drawBatch(
  strategy: MeasuredStrategy['strategy'],
  cues: readonly SyntheticCues[],
  batch: number,
): void {
  for (let clip = 0; clip < CLIPS; clip += 1) {
    strategy.mask({ grid: GRID, random: seededRandom('mask', batch, clip), cues: cues[clip]! });
  }
}
