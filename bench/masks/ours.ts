/**
 * Milliseconds of one batch of masks of a strategy, the median over many, as a line of JSON: `ours.ts NAME ROUNDS`. A process of
 * its own for each, as a training has: code that many strategies have run is compiled for all of them, and slower.
 */
import { seededRandom } from '@tgm/masking';
import { syntheticCues } from '@tgm/masking/testing';
import { median } from '../figure.js';
import { CLIPS, GRID } from './batch.js';
import { measuredStrategies } from './strategies.js';

/** Batches before the first that counts, until the code is compiled, and batches of a round. */
const BATCHES = { before: 200, measured: 50 };

const [wanted, rounds] = process.argv.slice(2);
const { strategy } = measuredStrategies().find(({ name }) => name === wanted)!;
const cues = Array.from({ length: CLIPS }, (_, clip) => {
  const made = Object.entries(syntheticCues(GRID, seededRandom('cues', clip)));
  return Object.fromEntries(made.filter(([name]) => (strategy.requires as readonly string[]).includes(name)));
});
const milliseconds = Array.from(
  { length: BATCHES.before + Number(rounds) * BATCHES.measured },
  (_, batch) => {
    const began = performance.now();
    for (let clip = 0; clip < CLIPS; clip += 1) {
      strategy.mask({ grid: GRID, random: seededRandom('mask', batch, clip), cues: cues[clip] as never });
    }
    return performance.now() - began;
  },
);
console.log(JSON.stringify({ milliseconds: median(milliseconds.slice(BATCHES.before)) }));
