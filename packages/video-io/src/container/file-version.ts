import { type BigIntStats, statSync } from 'node:fs';

/**
 * Tells one content of a file from another, by its size and the time of its last write: a change of rights, or a move,
 * leaves the version as it is.
 */
export function fileVersion({ size, mtimeNs }: BigIntStats): string {
  return `${size} ${mtimeNs}`;
}

/** The same of the file at a path; nothing where it cannot be told. */
export function contentVersion(path: string): string | undefined {
  try {
    return fileVersion(statSync(path, { bigint: true }));
  } catch {
    return undefined;
  }
}

/** Milliseconds that a file must be old: clocks of file systems tick up to two seconds apart. */
const SETTLED = 2000;

/**
 * A version for what is kept by path and taken for right as long as the version stays: also tells apart files that took
 * each other's place. Undefined when the file was written just now: it could be written once more within the same tick
 * of the file system's clock, and look the same.
 */
export function settledVersion(stats: BigIntStats): string | undefined {
  const now = performance.timeOrigin + performance.now();
  if (now - Number(stats.mtimeMs) < SETTLED) return undefined;
  return [fileVersion(stats), stats.dev, stats.ino, stats.ctimeNs].join(' ');
}
