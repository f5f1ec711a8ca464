import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { optionTable, showValue, text } from '@tgm/options';
import { TrainError } from '../errors.js';
import { eventOf, type LoggedEvent } from './event-json.js';
import { orSinkFailed } from './sink-failed.js';

const INPUTS = optionTable('readEvents', { path: text() }, TrainError);

/**
 * The events of a file of `jsonlSink` that count, in their order: each step once, as it was made last. A line that a kill has torn
 * is passed over.
 *
 * @throws TrainError `OPTION_INVALID` for a line that is no event, `SINK_FAILED` for a file that cannot be read.
 */
export async function readEvents(path: string): Promise<LoggedEvent[]> {
  INPUTS.check({ path });
  return orSinkFailed(`readEvents, ${path}`, 'a file of events', eventsThatCount(path));
}

async function eventsThatCount(path: string): Promise<LoggedEvent[]> {
  let events: LoggedEvent[] = [];
  let unread: { readonly line: string; readonly number: number } | undefined;
  let number = 0;
  for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
    number += 1;
    if (unread) throw noEvent(path, unread);
    const event = parsed(line);
    if (!event) {
      unread = { line, number };
      continue;
    }
    if (event.type === 'begin') events = events.filter((before) => counts(before, event.step));
    events.push(event);
  }
  // The last line may be torn; any other is none of ours.
  if (unread && number === 1 && !unread.line.startsWith('{')) throw noEvent(path, unread);
  return events;
}

function parsed(line: string): LoggedEvent | undefined {
  try {
    const event = eventOf(line);
    return typeof event === 'object' && typeof event?.type === 'string' ? event : undefined;
  } catch {
    return undefined;
  }
}

/** Whether what was told before still holds for a run that goes on from a step. It begins and ends anew. */
const counts = (before: LoggedEvent, step: number): boolean =>
  step > 0 &&
  before.type !== 'begin' &&
  before.type !== 'end' &&
  before.type !== 'failed' &&
  (!('step' in before) || before.step <= step);

const noEvent = (path: string, { line, number }: { line: string; number: number }): TrainError =>
  new TrainError('OPTION_INVALID', {
    where: `readEvents, ${path}, line ${number}`,
    expected: 'an event of a run',
    received: showValue(line),
  });
