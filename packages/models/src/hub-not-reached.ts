import { ModelError } from './errors.js';

/**
 * The error for a model whose Hub cannot be reached; nothing for another failure.
 *
 * @param cause what fetching it threw. `fetch` throws a TypeError where no answer comes, whose cause has the network's reason.
 */
export function hubNotReached(model: string, revision: string, cause: unknown): ModelError | undefined {
  if (!(cause instanceof TypeError && cause.message === 'fetch failed')) return undefined;
  const { cause: reason } = cause;
  return new ModelError('HUB_FAILED', {
    where: `${model} at ${revision}`,
    expected: 'a Hub that answers',
    received: reason instanceof Error && reason.message !== '' ? reason.message : 'none',
    advice:
      'Without a network name a folder with the files of the model. With `offline` what was fetched before is enough.',
    cause,
  });
}
