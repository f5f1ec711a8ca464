import { TrainError } from '../errors.js';

/** An error for which the sample itself is to blame: its file, such as those of `@tgm/video-io`, or a caption that it lacks. */
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

/** The same error, as one for which the sample itself is to blame. */
export const blamedOnSample = (error: TrainError): TrainError & FileFault =>
  Object.assign(error, { fault: 'file' } as const);

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
