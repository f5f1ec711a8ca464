/**
 * A masking strategy of one's own: a value with `mask(request)`, nothing to register.
 *
 *   npx tsx examples/own-strategy/main.ts
 *
 * Prints one slice of a mask ('#' masked, '.' visible), then one line for each check of the masking contract
 * that the strategy passes, and how many it passed.
 */
import { seededRandom } from '@tgm/masking';
import { maskingContract } from '@tgm/masking/testing';
import { discMasking } from './disc-masking.js';

const grid = { slices: 4, rows: 8, columns: 8 };
const mask = discMasking({ ratio: 0.5 }).mask({ grid, random: seededRandom(7), cues: {} });

const masked = new Set(mask.masked);
for (let row = 0; row < grid.rows; row++) {
  const cells = Array.from({ length: grid.columns }, (_, column) => row * grid.columns + column);
  console.log(cells.map((token) => (masked.has(token) ? '#' : '.')).join(' '));
}

const checks = maskingContract('disc', () => discMasking({ ratio: 0.5 }));
for (const check of checks) {
  check.run();
  console.log('ok', check.name);
}
console.log(`${checks.length} of ${checks.length} checks passed`);
