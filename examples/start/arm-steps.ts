import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type LoggedEvent, readEvents, type StepEvent } from '@tgm/train';
import type { RunFolder } from './run-folder.js';

/** A step of one of the trainings of a run. */
export interface ArmStep extends Pick<StepEvent, 'step' | 'terms' | 'figures'> {
  /** Name of the training. */
  readonly arm: string;
}

/** What a training logs, in its own folder. */
export const eventsFile = (folder: string): string => join(folder, 'events.jsonl');

/** What a training has told so far, in all its parts; nothing where it has not begun. */
export async function eventsSoFar(folder: string): Promise<readonly LoggedEvent[]> {
  const file = eventsFile(folder);
  return existsSync(file) ? readEvents(file) : [];
}

/** Steps that the trainings of these names have done so far, each once. */
export async function stepsOf(run: RunFolder, names: readonly string[]): Promise<ArmStep[]> {
  const each = names.map(async (arm) => {
    const events = await eventsSoFar(join(run.path, arm));
    return events.flatMap((event): ArmStep[] => (event.type === 'step' ? [{ ...event, arm }] : []));
  });
  return (await Promise.all(each)).flat();
}
