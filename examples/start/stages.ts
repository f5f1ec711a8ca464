import { duration, say } from '@tgm/cli/program';
import type { Stage } from '@tgm/report';

/** The stages of a run with the time each took, for the console and the report. */
export interface Stages {
  readonly all: readonly Stage[];
  /** Says that a stage begins, runs it and notes its time. */
  run<T>(name: string, work: () => Promise<T>): Promise<T>;
}

export function stages(): Stages {
  const all: Stage[] = [];
  return {
    all,
    async run(name, work) {
      const started = performance.now();
      say(`${all.length + 1}. ${name}`);
      const result = await work();
      const seconds = (performance.now() - started) / 1000;
      all.push({ name, seconds });
      say(`   ${duration(seconds)}`);
      return result;
    },
  };
}
