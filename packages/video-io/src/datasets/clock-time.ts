import type { RowFault } from './tables/fault.js';

const CLOCK_TIME = /^(\d+):([0-5]?\d):([0-5]?\d(?:\.\d+)?)$/;

/** Seconds of `hours:minutes:seconds`, the last with or without a fraction, as EPIC-Kitchens and InternVid write it. */
export function clockTime(name: string, text: unknown, fault: RowFault): number {
  const [, hours, minutes, seconds] = (typeof text === 'string' && CLOCK_TIME.exec(text)) || [];
  if (seconds === undefined) return fault(`"${name}" as hours:minutes:seconds`, JSON.stringify(text));
  // To the microsecond, so that 00:01:14.567 is 74.567 and not 74.56700000000001.
  return Math.round((Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1e6) / 1e6;
}

/** Throws unless a section has a length. */
export function requireSection(start: number, end: number, fault: RowFault): void {
  if (end <= start) fault('the end after the start', `${start} s to ${end} s`);
}
