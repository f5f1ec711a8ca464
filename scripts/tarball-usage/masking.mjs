import { randomMasking, seededRandom, textGuidedMasking } from '@tgm/masking';
import { maskingContract } from '@tgm/masking/testing';

const grid = { slices: 8, rows: 14, columns: 14 };
const text = Float32Array.from({ length: 8 * 14 * 14 }, (_, token) => token % 7);
const mask = textGuidedMasking({ ratio: 0.6 }).mask({
  grid,
  random: seededRandom(0),
  cues: { tokenScores: text },
});
if (mask.masked.length !== 8 * 117)
  throw new Error(`117 of 196 a slice should be masked, got ${mask.masked.length}`);
const checks = maskingContract('random', () => randomMasking({ ratio: 0.9 }));
for (const check of checks) await check.run();
console.log(`${mask.masked.length} of 1568 tokens masked by text; ${checks.length} contract checks hold`);
