import { writeSync } from 'node:fs';
import { inspect } from 'node:util';

/**
 * Has the end of this process, of whatever kind but a signal, end all processes with its exit code, or with 1 where that is 0. Else
 * launchers end the others where one has failed, but MPICH's mixes the codes of all, signals among them, and takes a 0 for a success
 * of all. Nor would Node end while a call waits on another thread.
 *
 * @param words what to say of an end with a code that no error tells of, on standard error.
 * @returns takes it back.
 */
export function endWith(abort: (code: number) => void, words: (code: number) => string | false): () => void {
  let uncaught: { readonly error: unknown } | undefined;
  const monitor = (error: unknown) => {
    uncaught = { error };
  };
  const exit = (code: number) => {
    // Node would say it behind this.
    const told = uncaught ? inspect(uncaught.error) : words(code);
    try {
      if (told) writeSync(process.stderr.fd, `${told}\n`);
    } finally {
      // Also where nobody reads any more.
      abort(code || 1);
    }
  };
  process.on('uncaughtExceptionMonitor', monitor);
  process.once('exit', exit);
  return () => {
    process.off('uncaughtExceptionMonitor', monitor);
    process.off('exit', exit);
  };
}
