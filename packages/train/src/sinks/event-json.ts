import type {
  BeginEvent,
  EndEvent,
  EvaluatedEvent,
  FailedEvent,
  NoticeEvent,
  SavedEvent,
  StepEvent,
  TrainEvent,
} from '../trainer/events.js';

/** An event without tensors. */
type ToldEvent =
  | BeginEvent
  | StepEvent
  | EvaluatedEvent
  | SavedEvent
  | NoticeEvent
  | FailedEvent
  | Omit<EndEvent, 'params' | 'buffers' | 'average'>;

/** A line of a file of events. */
export type LoggedEvent = ToldEvent & {
  /** When it was written, ISO 8601. */
  readonly time: string;
};

function withoutTensors(event: TrainEvent): ToldEvent {
  if (event.type !== 'end') return event;
  const { params: _params, buffers: _buffers, average: _average, ...told } = event;
  return told;
}

/**
 * One line of JSON. JSON has no NaN and no infinities: they are the texts "NaN", "Infinity" and "-Infinity". The two characters
 * that JSON allows and some readers take for the end of a line are escaped.
 */
export function lineOf(event: TrainEvent, time: Date): string {
  const text = JSON.stringify({ ...withoutTensors(event), time: time.toISOString() }, (_name, value) =>
    typeof value === 'number' && !Number.isFinite(value) ? String(value) : value,
  );
  return `${text.replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')}\n`;
}

/**
 * The event of a line, with the numbers that JSON does not have.
 *
 * @throws SyntaxError for a line that is no JSON.
 */
export function eventOf(line: string): LoggedEvent {
  const event = JSON.parse(line) as LoggedEvent;
  if (event.type === 'step') {
    const { terms, figures } = event;
    return { ...withNumbers(event), terms: withNumbers(terms), figures: withNumbers(figures) };
  }
  if (event.type === 'evaluated') return { ...event, figures: withNumbers(event.figures) };
  return event;
}

const NUMBERS: ReadonlySet<unknown> = new Set(['NaN', 'Infinity', '-Infinity']);

const withNumbers = <T extends object>(record: T): T =>
  Object.fromEntries(
    Object.entries(record).map(([name, value]) => [name, NUMBERS.has(value) ? Number(value) : value]),
  ) as T;
