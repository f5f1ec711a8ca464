import { Contestant } from '../contestant.js';
import { type Figure, figure, median } from '../figure.js';
import { TEXT_MASK_CASES, type TextMaskCase } from './cases.js';

/** A step with text-guided masks may take this many times as long as one with tube masks. */
const LIMIT = 1.02;

export interface TextMaskBenchOptions {
  /** Names of cases; all when empty. */
  readonly cases: readonly string[];
  readonly rounds: number;
}

/** Steps with text-guided masks, from scores in memory, and with tube masks of the same ratio: in turn, judged in pairs. */
export async function* benchTextMask({ cases, rounds }: TextMaskBenchOptions): AsyncGenerator<Figure> {
  for (const each of TEXT_MASK_CASES) {
    if (cases.length === 0 || cases.includes(each.name)) yield* besideTube(each, rounds);
  }
}

async function* besideTube(each: TextMaskCase, rounds: number): AsyncGenerator<Figure> {
  const text = await started(each, 'text');
  const tube = await started(each, 'tube');
  const ratios = { seconds: [] as number[], processor: [] as number[] };
  for (let round = 0; round < rounds; round += 1) {
    // Each is the first of a pair as often as the other.
    const pair = round % 2 === 0 ? [text, tube] : [tube, text];
    const answers = new Map<Contestant, Record<string, number>>();
    for (const program of pair) answers.set(program, await program.ask('turn'));
    for (const name of ['seconds', 'processor'] as const) {
      ratios[name].push(answers.get(text)![name]! / answers.get(tube)![name]!);
    }
    console.error(`${each.name}: ${ratios.seconds.at(-1)!.toFixed(3)} of a step with tube masks`);
  }
  text.end();
  tube.end();
  const shared = { figure: 'text-mask', peer: 1, peerName: 'the same step with tube masks', unit: 'steps' };
  yield figure({ ...shared, case: each.name, ours: median(ratios.seconds), bar: 1 / LIMIT }, 'less');
  const processor = { ...shared, case: `${each.name}, processor time`, ours: median(ratios.processor) };
  yield figure({ ...processor, bar: null }, 'less');
}

async function started({ name }: TextMaskCase, kind: 'text' | 'tube'): Promise<Contestant> {
  const program = new Contestant(process.execPath, [
    '--import',
    'tsx',
    `${import.meta.dirname}/ours.ts`,
    name,
    kind,
  ]);
  if (!(await program.hear())) throw new Error(`The program with ${kind} masks ended before its first step.`);
  return program;
}
