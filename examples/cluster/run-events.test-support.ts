import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What a run has told so far. */
export async function eventsOf(run: string): Promise<{ type: string; step: number }[]> {
  const text = await readFile(join(run, 'events.jsonl'), 'utf8').catch(() => '');
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));
}

/** The numbers of all events of a type, in their order. */
export const stepsOf = async (run: string, type: string): Promise<number[]> =>
  (await eventsOf(run)).filter((event) => event.type === type).map(({ step }) => step);
