import type { BigIntStats } from 'node:fs';

/** Milliseconds that a file must be old: clocks of file systems tick up to two seconds apart. */
const SETTLED = 2000;

/**
 * Tells one content of a file from another. Undefined when it was written just now: it could be written once
 * more within the same tick of the file system's clock, and look the same.
 */
export function settledVersion({
  dev,
  ino,
  size,
  mtimeNs,
  ctimeNs,
  mtimeMs,
}: BigIntStats): string | undefined {
  const now = performance.timeOrigin + performance.now();
  return now - Number(mtimeMs) < SETTLED ? undefined : [dev, ino, size, mtimeNs, ctimeNs].join(' ');
}
