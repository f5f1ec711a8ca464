/**
 * What a promise gives, or the signal's reason where that comes first. The work itself goes on, and nobody hears of it.
 */
export async function orAborted<T>(signal: AbortSignal | undefined, work: Promise<T>): Promise<T> {
  if (!signal) return work;
  let stop!: () => void;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason);
    signal.addEventListener('abort', stop);
  });
  if (signal.aborted) stop();
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** An iterator of which each wait ends with the signal. */
export interface AbortableIterator<T> {
  next(): Promise<IteratorResult<T>>;
  /** Does not wait for an iterator that still owes an answer. */
  close(): Promise<void>;
}

export function abortableIterator<T>(
  values: AsyncIterable<T> | Iterable<T>,
  signal: AbortSignal | undefined,
): AbortableIterator<T> {
  const iterator =
    Symbol.asyncIterator in values ? values[Symbol.asyncIterator]() : values[Symbol.iterator]();
  let owes = false;

  async function asked(): Promise<IteratorResult<T>> {
    owes = true;
    try {
      return await iterator.next();
    } finally {
      owes = false;
    }
  }
  return {
    async next() {
      signal?.throwIfAborted();
      return orAborted(signal, asked());
    },
    async close() {
      const closed = Promise.resolve(iterator.return?.());
      if (owes) closed.catch(() => undefined);
      else await closed;
    },
  };
}
