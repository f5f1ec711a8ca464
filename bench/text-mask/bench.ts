import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Contestant } from '../contestant.js';
import { type Figure, figure, median } from '../figure.js';
import { TEXT_MASK_CASES, type TextMaskCase } from './cases.js';
import { prepareVideos } from './from-videos.js';

/** A step with text-guided masks may take this many times as long as one with tube masks. */
const LIMIT = 1.02;

export interface TextMaskBenchOptions {
  /** Names of cases; all when empty. */
  readonly cases: readonly string[];
  readonly rounds: number;
}

/**
 * Steps with text-guided masks and with tube masks of the same ratio: in turn, judged in pairs. Clips and scores are in memory, or clips
 * are cut from videos and scores are read from a store.
 */
export async function* benchTextMask({ cases, rounds }: TextMaskBenchOptions): AsyncGenerator<Figure> {
  for (const each of TEXT_MASK_CASES) {
    const stored = `${each.name}, videos and a store`;
    if (cases.length === 0 || cases.includes(each.name)) yield* besideTube(each, each.name, rounds);
    if (cases.length === 0 || cases.includes(stored)) {
      const folder = await mkdtemp(join(tmpdir(), 'tgm-bench-'));
      try {
        await prepareVideos(folder, each);
        yield* besideTube(each, stored, rounds, folder);
      } finally {
        await rm(folder, { recursive: true });
      }
    }
  }
}

async function* besideTube(
  each: TextMaskCase,
  name: string,
  rounds: number,
  folder?: string,
): AsyncGenerator<Figure> {
  const text = await started(each, 'text', folder);
  const tube = await started(each, 'tube', folder);
  const ratios = { seconds: [] as number[], processor: [] as number[] };
  for (let round = 0; round < rounds; round += 1) {
    // Each is the first of a pair as often as the other.
    const pair = round % 2 === 0 ? [text, tube] : [tube, text];
    const answers = new Map<Contestant, Record<string, number>>();
    for (const program of pair) answers.set(program, await program.ask('turn'));
    for (const kind of ['seconds', 'processor'] as const) {
      ratios[kind].push(answers.get(text)![kind]! / answers.get(tube)![kind]!);
    }
    console.error(`${name}: ${ratios.seconds.at(-1)!.toFixed(3)} of a step with tube masks`);
  }
  text.end();
  tube.end();
  const shared = { figure: 'text-mask', peer: 1, peerName: 'the same step with tube masks', unit: 'steps' };
  yield figure({ ...shared, case: name, ours: median(ratios.seconds), bar: 1 / LIMIT }, 'less');
  const processor = { ...shared, case: `${name}, processor time`, ours: median(ratios.processor) };
  yield figure({ ...processor, bar: null }, 'less');
}

async function started({ name }: TextMaskCase, kind: 'text' | 'tube', folder?: string): Promise<Contestant> {
  const args = ['--import', 'tsx', `${import.meta.dirname}/ours.ts`, name, kind];
  const program = new Contestant(process.execPath, folder === undefined ? args : [...args, folder]);
  if (!(await program.hear())) throw new Error(`The program with ${kind} masks ended before its first step.`);
  return program;
}
