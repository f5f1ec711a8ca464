import { readFileSync } from 'node:fs';

/**
 * The most memory, in bytes, that this process had in hand so far: that of all its threads and of what its libraries asked for. Programs
 * that it started are not in it.
 */
export function peakMemory(): number {
  // The system's count of used resources begins with what the parent had: it is kept when a program takes the place of another.
  const ofLinux = /^VmHWM:\s*(\d+) kB$/m.exec(textOf('/proc/self/status'))?.[1];
  return 1024 * (ofLinux === undefined ? process.resourceUsage().maxRSS : Number(ofLinux));
}

/** `peak memory 812 MiB` */
export const peakMemoryText = (bytes: number): string => `peak memory ${Math.ceil(bytes / 2 ** 20)} MiB`;

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
