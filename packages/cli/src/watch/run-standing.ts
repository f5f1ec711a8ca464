import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { RUN_FILES } from '../training/run-folder.js';
import type { FoundRun } from './find-runs.js';

/** How far a run is, by the end of its log. */
export interface RunStanding {
  readonly step: number | undefined;
  readonly steps: number | undefined;
  /** Why it ended, where it told so. */
  readonly ended: string | undefined;
  /** When it told something last. */
  readonly lastWord: Date;
  /** Whether more is to come: it told no end, and was heard of lately. */
  readonly goesOn: boolean;
}

/** Bytes of a log that are read for its last events. */
const TAIL = 65_536;
/** A run is taken for dead after this many of its steps, and no sooner than after so many seconds. */
const SILENT_STEPS = 10;
const SILENT_SECONDS = 120;

/** Reads the end of a run's log. Its size does not matter. */
export async function runStanding({ folder }: FoundRun, now = Date.now()): Promise<RunStanding> {
  const file = await open(join(folder, RUN_FILES.events));
  try {
    const { size, mtime } = await file.stat();
    const from = Math.max(0, size - TAIL);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(size - from), 0, size - from, from);
    const events = buffer.toString('utf8', 0, bytesRead).split('\n').map(eventOf);
    const last = (member: keyof Told) => events.findLast((event) => event?.[member] !== undefined)?.[member];
    const told = events.findLast((event) => event?.type !== undefined);
    const ended =
      told?.type === 'end' ? String(told.reason) : told?.type === 'failed' ? failure(told) : undefined;
    const silent = Math.max(SILENT_SECONDS, SILENT_STEPS * (Number(last('seconds')) || 0));
    return {
      step: last('step') as number | undefined,
      steps: last('steps') as number | undefined,
      ended,
      lastWord: mtime,
      goesOn: ended === undefined && now - mtime.getTime() < 1000 * silent,
    };
  } finally {
    await file.close();
  }
}

interface Told {
  readonly type?: string;
  readonly step?: number;
  readonly steps?: number;
  readonly seconds?: number;
  readonly reason?: string;
  readonly code?: string;
}

const failure = ({ code }: Told): string => `failed: ${code}`;

/** Nothing for a line that is cut off. */
function eventOf(line: string): Told | undefined {
  try {
    return JSON.parse(line) ?? undefined;
  } catch {
    return undefined;
  }
}
