import { ModelError } from './errors.js';
import type { HeldLock } from './lock-file.js';

/** The refusal of a file that grows line by line or class by class, where another run writes it. */
export function writtenByAnother({ path, holder }: HeldLock): ModelError {
  return new ModelError('CAPTIONS_LOCKED', {
    where: path.slice(0, -'.lock'.length),
    expected: 'a file that no other run writes',
    received: holder
      ? `one that process ${holder.pid} on ${holder.host} has written since ${holder.since}`
      : 'one with a lock that does not say whose it is',
    advice: `If that run has ended, remove ${path}.`,
  });
}
