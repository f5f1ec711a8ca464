import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The numbers of all events of a type that a run has told so far, in their order. */
export async function stepsOf(run: string, type: string): Promise<number[]> {
  const text = await readFile(join(run, 'events.jsonl'), 'utf8').catch(() => '');
  const events = text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as { readonly type: string; readonly step: number });
  return events.filter((event) => event.type === type).map(({ step }) => step);
}
