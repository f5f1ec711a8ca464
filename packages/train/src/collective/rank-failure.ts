import { TrainError } from '../errors.js';

/** What crosses processes of an error. */
export interface ToldError {
  readonly name: string;
  readonly message: string;
  /** Fields that programs act on, where the error has them: its code, whose fault it is, the exit code that it asks for. */
  readonly code?: string;
  readonly fault?: string;
  readonly exitCode?: number;
  readonly cause?: ToldError;
}

/** The failure that counts, the same on all ranks. */
export interface RankFailure {
  readonly rank: number;
  readonly error: ToldError;
}

/** Characters of a message that are told; causes that are told. */
const [LONGEST, DEEPEST] = [4000, 5];

/** An error, or whatever else was thrown, as it is told to other processes. */
export function toldError(error: unknown, depth = 0): ToldError {
  const { code, fault, exitCode, cause } = (error ?? {}) as Record<string, unknown>;
  const { name, message } = error instanceof Error ? error : { name: 'Error', message: String(error) };
  return {
    name,
    message: message.slice(0, LONGEST),
    ...(typeof code === 'string' ? { code } : {}),
    ...(typeof fault === 'string' ? { fault } : {}),
    ...(typeof exitCode === 'number' ? { exitCode } : {}),
    ...(cause !== undefined && depth < DEEPEST ? { cause: toldError(cause, depth + 1) } : {}),
  };
}

/**
 * Of failures that were told in one round the earliest, by the clocks of their hosts. Where others failed alike, as all ranks do at
 * a loss that is not finite, the lowest rank of them.
 *
 * @param texts what each rank told, '' where it did not fail.
 */
export function firstFailure(texts: readonly string[]): RankFailure {
  const failures = texts.flatMap((text, rank) =>
    text === '' ? [] : [{ rank, ...(JSON.parse(text) as { error: ToldError; at: number }) }],
  );
  const earliest = failures.reduce((first, each) => (each.at < first.at ? each : first));
  const alike = ({ error }: RankFailure) => `${error.name} ${error.code ?? error.message}`;
  const { rank, error } = failures.find((each) => alike(each) === alike(earliest))!;
  return { rank, error };
}

/** The error of the ranks that did not fail themselves; its cause is the error of the one that did, with its `rank`. */
export function rankFailed(where: string, { rank, error }: RankFailure): TrainError {
  return new TrainError('RANK_FAILED', {
    where,
    expected: 'all ranks to go on',
    received: `rank ${rank} cannot: ${error.code ? `${error.code}: ` : ''}${error.message}`,
    cause: Object.assign(errorFrom(error), { rank }),
  });
}

function errorFrom({ name, message, cause, ...fields }: ToldError): Error {
  const error = Object.assign(
    new Error(message, cause ? { cause: errorFrom(cause) } : undefined),
    { name },
    fields,
  );
  // Its stack would be that of this process.
  error.stack = `${name}: ${message}`;
  return error;
}
