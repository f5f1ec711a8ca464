import { statfs } from 'node:fs/promises';
import { totalmem } from 'node:os';
import { type Check, fine, saysOf, warning } from './check.js';

const GIB = 2 ** 30;

/** Shards of a small data set, a few checkpoints of ViT-B at 1.1 GB, and some room. */
const DISK_GIB = 10;

/** A step of ViT-B at batch 8 takes some 4 GiB; decoders and the rest have what is left. */
const MEMORY_GIB = 6;

const shown = (bytes: number): string => `${(bytes / GIB).toFixed(1)} GiB`;

/** @param folder where runs and shards are to be written. */
export async function checkDisk(folder: string): Promise<Check> {
  try {
    const { bavail, bsize } = await statfs(folder);
    const free = bavail * bsize;
    if (free >= DISK_GIB * GIB) return fine('disk', `${shown(free)} free in ${folder}`);
    return warning(
      'disk',
      `${shown(free)} free in ${folder}`,
      `Free ${DISK_GIB} GiB, or work on another disk`,
    );
  } catch (error) {
    return warning('disk', saysOf(error), `Work in a folder that can be read`);
  }
}

/** @param most what a container allows, in bytes; 0 or undefined where nothing does. */
export function checkMemory(total = totalmem(), most = process.constrainedMemory?.()): Check {
  // Without a limit Linux tells a number beyond all memory.
  const bytes = most && most < total ? most : total;
  const found = `${shown(bytes)}${bytes < total ? ` by the container's limit, of ${shown(total)}` : ''}`;
  if (bytes >= MEMORY_GIB * GIB) return fine('memory', found);
  return warning('memory', found, 'Take smaller batches (accumulate) and recompute, or raise the limit');
}
