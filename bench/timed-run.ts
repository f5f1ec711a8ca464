import { createInterface } from 'node:readline';
import type { StepEvent, TrainEvent } from '@tgm/train';

/** A training that is asked for one step after another. */
export interface TimedRun {
  /** The next step of the run. */
  oneStep(): Promise<StepEvent>;
  /** Seconds of the next step, with everything that the trainer does around it. */
  timedStep(): Promise<number>;
}

export function timedRun(events: AsyncGenerator<TrainEvent>): TimedRun {
  async function oneStep(): Promise<StepEvent> {
    for (;;) {
      const { value } = await events.next();
      if (!value) throw new Error('The run has ended.');
      if (value.type === 'step') return value;
    }
  }
  return {
    oneStep,
    async timedStep() {
      const started = performance.now();
      await oneStep();
      return (performance.now() - started) / 1000;
    },
  };
}

type Fields = Readonly<Record<string, number>>;

/** Tells figures to the bench; see contestant.ts. */
export const answer = (fields: Fields): void => console.log(JSON.stringify(fields));

/** Answers each word that the bench asks, until it ends; words that are not known are passed over. */
export async function answerWords(answers: Readonly<Record<string, () => Promise<Fields>>>): Promise<void> {
  for await (const word of createInterface({ input: process.stdin })) {
    const told = await answers[word]?.();
    if (told) answer(told);
  }
}
