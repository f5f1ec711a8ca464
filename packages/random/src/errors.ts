/** A key of `seededRandom` that is not finite. */
export type RandomErrorCode = 'RANDOM_KEY_INVALID';

/** The error that this package throws. */
export class RandomError extends Error {
  override readonly name = 'RandomError';

  constructor(
    readonly code: RandomErrorCode,
    /** What came, and where, from 0, among the keys. */
    readonly received: string,
    readonly position: number,
  ) {
    super(`seededRandom, key ${position}: expected a string or a finite number, got ${received}.`);
  }
}
