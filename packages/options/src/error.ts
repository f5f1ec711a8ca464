/** What was expected, what came instead, and where it was noticed. */
export interface Fault {
  /** The function, option, file or place in a file, e.g. `textGuidedMasking, option ratio`. */
  readonly where: string;
  readonly expected: string;
  readonly received: string;
  /** What to do about it, as a whole sentence. */
  readonly advice?: string;
  /** The error that led to this one. */
  readonly cause?: unknown;
}

/** The base of every error that a TGM package throws on purpose. Programs compare `code`, which stays across versions. */
export class TgmError<Code extends string = string> extends Error {
  readonly code: Code;
  readonly where: string;
  readonly expected: string;
  readonly received: string;
  /** What to do about it, a whole sentence; undefined where nothing is said. */
  readonly advice: string | undefined;

  constructor(code: Code, { where, expected, received, advice, cause }: Fault) {
    // What another program said may be a sentence already.
    const end = received.endsWith('.') ? '' : '.';
    const message = `${where}: expected ${expected}, got ${received}${end}`;
    super(advice ? `${message} ${advice}` : message, cause === undefined ? undefined : { cause });
    this.name = new.target.name;
    this.code = code;
    this.where = where;
    this.expected = expected;
    this.received = received;
    this.advice = advice;
  }
}
