import { readFile } from 'node:fs/promises';

/** Most bytes of this process that were in memory at once (Linux: VmHWM). */
export async function peakMemory(): Promise<number> {
  const status = await readFile('/proc/self/status', 'utf8');
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)![1]) * 1024;
}
