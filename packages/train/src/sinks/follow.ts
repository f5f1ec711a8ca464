import * as tf from '@tensorflow/tfjs';
import { listOf, objectWith, optionTable, passing } from '@tgm/options';
import { TrainError } from '../errors.js';
import type { EndEvent, FailedEvent, TrainEvent } from '../trainer/events.js';
import type { Sink } from './sink.js';

const INPUTS = optionTable(
  'follow',
  {
    events: passing(
      'the events of a run',
      (value): value is AsyncIterable<TrainEvent> =>
        typeof value === 'object' && value !== null && Symbol.asyncIterator in value,
    ),
    sinks: listOf(objectWith<Sink>('a sink', ['write', 'close'])),
  },
  TrainError,
);

/**
 * Runs a training to its end, and gives every event to each of the sinks, in their order. Gives the last event, whose tensors are
 * the caller's.
 *
 * Where a run that has begun throws an error, the sinks hear `failed` as its last event. A sink that fails ends the run, which saves what is done if it has a checkpoint folder. All sinks are closed in any case.
 *
 * @throws TrainError `OPTION_INVALID`, and `CONTRACT_BROKEN` for events without an end; what the run or a sink throws, the first
 *   failure of them.
 */
export async function follow(
  events: AsyncIterable<TrainEvent>,
  sinks: readonly Sink[] = [],
): Promise<EndEvent> {
  INPUTS.check({ events, sinks });
  let end: EndEvent | undefined;
  let failure: { readonly error: unknown } | undefined;
  try {
    for await (const event of withFailure(events)) {
      if (event.type === 'end') end = event;
      for (const sink of sinks) await sink.write(event);
    }
  } catch (error) {
    failure = { error };
  }
  for (const sink of sinks) {
    try {
      await sink.close();
    } catch (error) {
      failure ??= { error };
    }
  }
  if (failure) {
    if (end) tf.dispose([end.params, end.buffers, end.average ?? {}] as unknown as tf.TensorContainer);
    throw failure.error;
  }
  if (end) return end;
  throw new TrainError('CONTRACT_BROKEN', {
    where: 'follow, events',
    expected: 'an event "end" as the last',
    received: 'none',
  });
}

/** The events of a run, and behind its `begin` the error that ends it as one of them. What stops a run is no error. */
async function* withFailure(events: AsyncIterable<TrainEvent>): AsyncGenerator<TrainEvent> {
  let begun = false;
  try {
    for await (const event of events) {
      begun ||= event.type === 'begin';
      yield event;
    }
  } catch (error) {
    if (begun && error instanceof Error && error.name !== 'AbortError') yield failed(error);
    throw error;
  }
}

function failed(error: Error): FailedEvent {
  const { code } = error as { readonly code?: unknown };
  return { type: 'failed', code: typeof code === 'string' ? code : error.name, message: error.message };
}
