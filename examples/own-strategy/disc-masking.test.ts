import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { seededRandom } from '@tgm/masking';
import { maskingContract } from '@tgm/masking/testing';
import { describe, expect, it } from 'vitest';
import { discMasking } from './disc-masking.js';

describe('discMasking', () => {
  for (const check of maskingContract('disc', () => discMasking({ ratio: 0.6 }))) it(check.name, check.run);

  it('hides the cells around the drawn point', () => {
    const draws = [0.1, 0.9];
    const grid = { slices: 1, rows: 10, columns: 10 };
    const { masked } = discMasking({ ratio: 0.04 }).mask({ grid, random: () => draws.shift()!, cues: {} });
    // The point is row 1, column 9: four cells touch it.
    expect([...masked]).toEqual([8, 9, 18, 19]);
  });

  it('draws another disc for another clip', () => {
    const grid = { slices: 2, rows: 8, columns: 8 };
    const disc = (clip: number) =>
      discMasking({ ratio: 0.5 }).mask({ grid, random: seededRandom(clip), cues: {} }).masked;
    expect(disc(1)).not.toEqual(disc(2));
  });
});

it('the example prints a mask and the checks that it passes', () => {
  const loader = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  const main = fileURLToPath(new URL('./main.ts', import.meta.url));
  const lines = execFileSync(process.execPath, ['--import', loader, main], { encoding: 'utf8' })
    .trim()
    .split('\n');
  expect(lines.slice(0, 8).join('').match(/#/g)).toHaveLength(32);
  expect(lines.at(-1)).toMatch(/^(\d+) of \1 checks passed$/);
});
