/**
 * What `make` gives, of the keys that were asked for last. What failed is made again.
 *
 * @param most how many are kept.
 */
export function recentlyUsed<T>(
  most: number,
  make: (key: number) => Promise<T>,
): (key: number) => Promise<T> {
  const kept = new Map<number, Promise<T>>();
  return (key) => {
    const value = kept.get(key) ?? make(key);
    kept.delete(key);
    kept.set(key, value);
    value.catch(() => kept.delete(key));
    if (kept.size > most) kept.delete(kept.keys().next().value!);
    return value;
  };
}
