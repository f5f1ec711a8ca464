import { TrainError } from '../errors.js';

/** An error for which the sample's own file is to blame, such as those of `@tgm/video-io`. */
export interface FileFault extends Error {
  readonly fault: 'file';
}

/** What an error says of a sample's file. */
export interface FaultFacts {
  readonly code: string;
  readonly message: string;
  readonly source?: string;
}

export function isFileFault(error: unknown): error is FileFault {
  return error instanceof Error && (error as Partial<FileFault>).fault === 'file';
}

/** An error of the caller's own may have no code or no file; then its name stands for the code. */
export function factsOf(fault: FileFault): FaultFacts {
  const { code, source } = fault as { readonly code?: unknown; readonly source?: unknown };
  return {
    ...(typeof source === 'string' && { source }),
    code: typeof code === 'string' ? code : fault.name,
    message: fault.message,
  };
}

/** The error of a sample that ends the run. */
export function exampleFailed(id: string, cause: unknown): TrainError {
  return new TrainError('EXAMPLE_FAILED', {
    where: `Sample "${id}"`,
    expected: 'its examples',
    received: cause instanceof Error ? cause.message : String(cause),
    cause,
  });
}
