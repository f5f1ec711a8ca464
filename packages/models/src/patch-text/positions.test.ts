import { it } from 'vitest';
import { expectClose } from '../testing/parity.js';
import { positionsFor } from './positions.js';

it('interpolates positions along each side by itself, and leaves the class token’s alone', () => {
  // [1 + 2 x 2, 1]: by Keys' cubic with A = -0.75 at -0.25, 0.25, 0.75 and 1.25 the border is repeated.
  const [class_, a, b] = [9, 0, 1];
  const near = (t: number): number =>
    t <= 1 ? (1.25 * t - 2.25) * t * t + 1 : -0.75 * (t ** 3 - 5 * t * t + 8 * t - 4);
  const first = a * (near(1.75) + near(0.75) + near(0.25)) + b * near(1.25); // at -0.25: samples -2, -1, 0 and 1
  const second = a * (near(1.25) + near(0.25)) + b * (near(0.75) + near(1.75)); // at 0.25: samples -1, 0, 1 and 2
  const row = [first, second, 1 - second, 1 - first];
  expectClose(
    positionsFor(Float32Array.of(class_, a, b, a, b), 2, { rows: 1, columns: 4 }, 1),
    [class_, ...row],
    1e-6,
  );
  expectClose(
    positionsFor(Float32Array.of(class_, a, a, b, b), 2, { rows: 4, columns: 1 }, 1),
    [class_, ...row],
    1e-6,
  );
});
