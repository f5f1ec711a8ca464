import type { Buffer } from 'node:buffer';
import type { EvaluatedEvent, StepEvent, TrainEvent } from '../../trainer/events.js';
import { type EventParts, scalarsMessage, startMessage, textMessage } from './event-protobuf.js';

/**
 * What TensorBoard is told of an event.
 *
 * @param time seconds since 1970.
 */
export function messagesOf(event: TrainEvent, time: number): Buffer[] {
  if (event.type === 'begin') {
    const { step, description } = event;
    const at: EventParts = { time, step };
    // What was told of the steps from the next one on is void.
    return [startMessage({ time, step: step + 1 }), textMessage(at, 'configuration', fenced(description))];
  }
  if (event.type === 'step') return [scalarsMessage({ time, step: event.step }, scalarsOf(event))];
  if (event.type === 'evaluated')
    return [scalarsMessage({ time, step: event.step }, evaluationScalars(event))];
  return [];
}

const fenced = (json: unknown): string => `\`\`\`json\n${JSON.stringify(json, null, 2)}\n\`\`\``;

/** A baseline stands beside its term. */
function scalarsOf(event: StepEvent): Record<string, number> {
  const { terms, figures, gradientNorm } = event;
  const names = new Set(Object.keys(terms).map((term) => `${term} baseline`));
  return {
    total: event.total,
    ...prefixed('terms/', terms),
    ...Object.fromEntries(
      Object.entries(figures).map(([name, value]) => [
        `${names.has(name) ? 'terms' : 'figures'}/${name}`,
        value,
      ]),
    ),
    'run/learning rate': event.learningRate,
    ...(gradientNorm === undefined ? {} : { 'run/gradient norm': gradientNorm }),
    'run/weight norm': event.weightNorm,
    'run/clips per second': event.clipsPerSecond,
    'run/data wait seconds': event.dataWaitSeconds,
    ...(event.reduceWaitSeconds === undefined ? {} : { 'run/reduce wait seconds': event.reduceWaitSeconds }),
    ...(event.peerWaitSeconds === undefined ? {} : { 'run/peer wait seconds': event.peerWaitSeconds }),
    ...(event.replaced.length > 0 ? { 'run/replaced samples': event.replaced.length } : {}),
  };
}

const evaluationScalars = ({ evaluator, parameters, figures }: EvaluatedEvent): Record<string, number> =>
  prefixed(parameters === 'current' ? `${evaluator}/` : `${evaluator} of the average/`, figures);

const prefixed = (prefix: string, numbers: Readonly<Record<string, number>>): Record<string, number> =>
  Object.fromEntries(Object.entries(numbers).map(([name, value]) => [`${prefix}${name}`, value]));
