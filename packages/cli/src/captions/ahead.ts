/** What is loaded for an entry of a list, while those before it are in use. */
export interface Loading<Entry, Loaded> {
  readonly entry: Entry;
  readonly loaded: Promise<Loaded>;
}

/** The entries in order, with what is loaded for each: at most `most` at a time. */
export async function* ahead<Entry, Loaded>(
  entries: AsyncIterable<Entry>,
  most: number,
  load: (entry: Entry) => Promise<Loaded>,
): AsyncGenerator<Loading<Entry, Loaded>> {
  const waiting: Loading<Entry, Loaded>[] = [];
  for await (const entry of entries) {
    const loaded = load(entry);
    // It is awaited in a later turn. Avoids an unhandled rejection until then.
    loaded.catch(() => undefined);
    waiting.push({ entry, loaded });
    if (waiting.length > most) yield waiting.shift()!;
  }
  yield* waiting;
}
