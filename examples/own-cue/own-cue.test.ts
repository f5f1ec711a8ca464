import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { seededRandom, tokenCount } from '@tgm/masking';
import { maskingContract } from '@tgm/masking/testing';
import { describe, expect, it } from 'vitest';
import { edgeCue, edgeMasking } from './edge-masking.js';

describe('edgeMasking', () => {
  const contract = maskingContract('edges', () => edgeMasking({ ratio: 0.5 }), {
    cues: (grid, random) => ({ edges: new Float32Array(tokenCount(grid)).map(() => 255 * random()) }),
  });
  for (const check of contract) it(check.name, () => check.run());
});

it('edgeCue is the mean difference of neighbours, by hand', () => {
  // One frame of 2 x 4 pixels in two tokens of 2 x 2. On the left one pixel of four is white: of its eight differences in each channel
  // (four to the right and four down, of which half leave the token) two are 255.
  const frames = new Uint8Array(2 * 4 * 3);
  frames.fill(255, 0, 3);
  const grid = { slices: 1, rows: 1, columns: 2 };
  expect([...edgeCue({ frames, height: 2, width: 4 }, grid)]).toEqual([(2 * 255) / 8, 0]);
});

it('hides what has edges: a chequered corner of an even clip', () => {
  const [height, width] = [16, 16];
  const frames = new Uint8Array(2 * height * width * 3).map((_, at) => {
    const [y, x] = [Math.floor(at / 3 / width) % height, Math.floor(at / 3) % width];
    return y < 8 && x < 8 && (x + y) % 2 === 0 ? 200 : 90;
  });
  const grid = { slices: 1, rows: 2, columns: 2 };
  const edges = edgeCue({ frames, height, width }, grid);
  const mask = edgeMasking({ ratio: 0.25 }).mask({ grid, random: seededRandom(0), cues: { edges } });
  expect([...mask.masked]).toEqual([0]);
});

it('names its own cue where that is missing', () => {
  const request = { grid: { slices: 1, rows: 2, columns: 2 }, random: seededRandom(0), cues: {} as never };
  expect(() => edgeMasking({ ratio: 0.5 }).mask(request)).toThrow(
    expect.objectContaining({
      code: 'CUE_MISSING',
      where: 'edgeMasking',
      expected: 'a cue edges (TokenScores)',
    }),
  );
});

it('the example prints a mask and trains', () => {
  const loader = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  const main = fileURLToPath(new URL('./main.ts', import.meta.url));
  const lines = execFileSync(process.execPath, ['--import', loader, main], { encoding: 'utf8' })
    .trim()
    .split('\n');
  expect(lines.slice(0, 4).join('').match(/#/g)).toHaveLength(8);
  const losses = lines.slice(4).map((line) => Number(/^step \d: loss ([\d.]+)$/.exec(line)?.[1]));
  expect(losses).toHaveLength(4);
  for (const loss of losses) expect(loss).toBeGreaterThan(0);
});
