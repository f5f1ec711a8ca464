/** The folder already holds clips of another world, which would mix with the ones asked for. */
export class OtherWorldError extends Error {
  readonly code = 'OTHER_WORLD';
  constructor(
    readonly folder: string,
    readonly expected: string,
    readonly got: string,
  ) {
    super(
      `Expected ${folder} to be empty or to hold the world ${expected}, got ${got}; choose another folder.`,
    );
    this.name = 'OtherWorldError';
  }
}
