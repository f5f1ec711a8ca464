import { number, objectWith, optional, optionTable } from '@tgm/options';
import { TrainError } from '../../errors.js';
import type { EvaluatedEvent, StepEvent } from '../../trainer/events.js';
import type { Sink } from '../sink.js';
import { lines, type ProgressStream } from './lines.js';
import { paceMeter } from './pace.js';
import { duration, short, stepText } from './step-text.js';

export interface ProgressLineOptions {
  /** Where it is shown. Default `process.stderr`. */
  readonly stream?: ProgressStream;
  /** Seconds between lines where the stream is no terminal, from 0. Default 10. */
  readonly seconds?: number;
}

const OPTIONS = optionTable(
  'progressLine',
  {
    stream: optional(objectWith<ProgressStream>('a stream', ['write'])),
    seconds: optional(number({ from: 0 }), 10),
  } satisfies Record<keyof ProgressLineOptions, unknown>,
  TrainError,
);

const SECONDS_BETWEEN_REDRAWS = 0.1;

/**
 * Shows how a run goes: step, terms with their baselines, time left, clips a second, the shares of time that wait for data and,
 * on several processes, for the collective, learning rate, resident memory. On a terminal it is one line that changes and is never wider
 * than the terminal; elsewhere a line every so often. The last one stays. Evaluations, samples that were replaced and notices have lines
 * of their own.
 *
 * @throws TrainError `OPTION_INVALID`.
 */
export function progressLine(options: ProgressLineOptions = {}): Sink {
  const { stream = process.stderr, seconds } = OPTIONS.check(options);
  const screen = lines(stream);
  const pace = paceMeter();
  const began = performance.now();
  const now = (): number => (performance.now() - began) / 1000;
  let shownAt = Number.NEGATIVE_INFINITY;
  let unshown: string | undefined;

  function step(event: StepEvent): void {
    for (const { id, message, by } of event.replaced)
      screen.tell(`step ${event.step}: ${id} gives its place to sample ${by}. ${message}`);
    unshown = stepText(event, pace(event, now()), process.memoryUsage.rss());
    if (now() - shownAt >= (stream.isTTY ? SECONDS_BETWEEN_REDRAWS : seconds)) showLatest();
  }

  function showLatest(): void {
    if (unshown === undefined) return;
    screen.show(unshown);
    shownAt = now();
    unshown = undefined;
  }

  return {
    write(event) {
      if (event.type === 'begin' && event.step > 0)
        screen.tell(`goes on from step ${event.step} of ${event.steps}`);
      else if (event.type === 'step') step(event);
      else if (event.type === 'evaluated') screen.tell(evaluationText(event));
      else if (event.type === 'notice') screen.tell(event.message);
      else if (event.type === 'end') {
        showLatest();
        screen.end();
        const place = event.checkpoint === undefined ? '' : `; checkpoint ${event.checkpoint}`;
        screen.tell(`${event.reason} at step ${event.step}, in ${duration(now())}${place}`);
      }
    },
    async close() {
      showLatest();
      screen.end();
    },
  };
}

function evaluationText({ step, evaluator, parameters, figures }: EvaluatedEvent): string {
  const numbers = Object.entries(figures).map(([name, value]) => `${name} ${short(value)}`);
  const of = parameters === 'current' ? '' : ' of the average';
  return `step ${step}, ${evaluator}${of}: ${numbers.join(', ') || 'no numbers'}`;
}
