/** What a cache keeps: something that takes memory until it is released. */
export interface Releasable {
  release(): Promise<void>;
}

/** The graphs of one engine. The one that was used longest ago goes when there are too many. */
export interface GraphCache {
  /** What `key` stands for, made where it is not there; kept at least until `body` has ended. */
  use<Kept extends Releasable, Result>(
    key: string,
    make: () => Promise<Kept>,
    body: (kept: Kept) => Promise<Result>,
  ): Promise<Result>;
  /** Lets all go, and waits for those that are in use. */
  clear(): Promise<void>;
}

interface Entry {
  readonly kept: Promise<Releasable>;
  users: number;
  gone: Promise<void> | undefined;
  /** Called when the last user of an entry that is let go has ended. */
  unused: () => void;
}

/** @param most entries, 1 or more; those in use stay beyond it until they are used no more */
export function graphCache(most: number): GraphCache {
  const entries = new Map<string, Entry>();

  const letGo = (key: string, entry: Entry): Promise<void> => {
    if (entries.get(key) === entry) entries.delete(key);
    entry.gone ??= (async () => {
      if (entry.users > 0) {
        await new Promise<void>((resolve) => {
          entry.unused = resolve;
        });
      }
      const kept = await entry.kept.catch(() => undefined);
      await kept?.release();
    })();
    return entry.gone;
  };

  const enter = (key: string, make: () => Promise<Releasable>): Entry => {
    const entry = entries.get(key) ?? { kept: make(), users: 0, gone: undefined, unused: () => {} };
    entry.users++;
    entries.delete(key);
    entries.set(key, entry); // the last one is the one that was used last
    return entry;
  };

  return {
    async use<Kept extends Releasable, Result>(
      key: string,
      make: () => Promise<Kept>,
      body: (kept: Kept) => Promise<Result>,
    ) {
      const entry = enter(key, make);
      for (const [each, old] of entries) {
        if (entries.size <= most) break;
        letGo(each, old).catch(() => {});
      }
      try {
        return await body(
          (await entry.kept.catch((error: unknown) => {
            void letGo(key, entry);
            throw error;
          })) as Kept,
        );
      } finally {
        if (--entry.users === 0) entry.unused();
      }
    },
    async clear() {
      await Promise.all([...entries].map(([key, entry]) => letGo(key, entry)));
    },
  };
}
