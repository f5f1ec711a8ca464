export type LossErrorCode =
  /** A loss with `needsText` got no text embeddings or no caption groups. */
  | 'TEXT_MISSING'
  /** Tensors whose shapes do not belong together. */
  | 'SHAPE_MISMATCH'
  /** A temperature below 0.01, which the clamp of the scale at 100 forbids, or not a number. */
  | 'TEMPERATURE_OUT_OF_RANGE';

/** What was expected, what came instead, and where it was noticed. */
export interface LossFault {
  readonly expected: string;
  readonly received: string;
  readonly where: string;
}

/** Every error that this package throws. */
export class LossError extends Error {
  readonly code: LossErrorCode;
  readonly expected: string;
  readonly received: string;
  readonly where: string;

  constructor(code: LossErrorCode, fault: LossFault) {
    super(`${fault.where}: expected ${fault.expected}, got ${fault.received}.`);
    this.name = 'LossError';
    this.code = code;
    this.expected = fault.expected;
    this.received = fault.received;
    this.where = fault.where;
  }
}
