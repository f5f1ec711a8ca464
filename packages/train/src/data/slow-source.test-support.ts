import { setTimeout as delay } from 'node:timers/promises';
import { type Random, seededRandom } from '@tgm/masking';
import type { ExampleBatch, ExampleSource, Examples, OpenOptions } from './examples.js';

export interface SlowSource extends ExampleSource<object> {
  /** Loads under way and done, and samples that were loaded and not read yet. */
  readonly seen: { now: number; most: number; begun: number; tried: number[] };
}

export interface SlowSourceParts {
  readonly length: number;
  readonly perSample?: number;
  /** Says whether a load fails for its file, by the sample and its first draw. */
  readonly isBad?: (index: number, drawn: number) => boolean;
  /** What another error a sample gives. */
  readonly failure?: (index: number) => Error | undefined;
  /** Another one makes the answers come in another order. */
  readonly timing?: number;
}

/** Answers in any order. The pixels of its examples are what was drawn. */
export function slowSource({
  length,
  perSample = 1,
  isBad = () => false,
  failure = () => undefined,
  timing = 0,
}: SlowSourceParts): SlowSource {
  const lateness = seededRandom('lateness', timing);
  const seen = { now: 0, most: 0, begun: 0, tried: [] as number[] };
  return {
    length,
    perSample,
    seen,
    id: (index) => `s${index}`,
    describe: () => ({ is: 'slow', length, perSample }),
    async load(index: number, random: Random) {
      seen.begun += 1;
      seen.now += 1;
      seen.most = Math.max(seen.most, seen.now);
      seen.tried.push(index);
      const drawn = random();
      try {
        await delay(lateness() * 2);
        if (isBad(index, drawn)) {
          throw Object.assign(new Error(`s${index} is damaged`), {
            fault: 'file',
            code: 'VIDEO_DECODE_FAILED',
            source: `${index}.mp4`,
          });
        }
        const other = failure(index);
        if (other) throw other;
      } finally {
        seen.now -= 1;
      }
      return Array.from({ length: perSample }, (_, i) => ({
        id: `s${index}`,
        frames: Uint8Array.of(index, i, random() * 256, random() * 256),
        cues: {},
      }));
    },
  };
}

/** Everything about a batch that chance decides, a line for each example. */
export const linesOf = ({ examples }: ExampleBatch<object>): string[] =>
  examples.map(({ example, draws }) => `${example.id} ${[...example.frames].join()} ${draws('a')()}`);

/** The next batches of a stream that is opened for them. */
export async function batchesOf(
  examples: Examples<object>,
  options: OpenOptions,
  counts: readonly number[],
): Promise<ExampleBatch<object>[]> {
  const stream = await examples.open(options);
  const batches: ExampleBatch<object>[] = [];
  for (const count of counts) batches.push(await stream.next(count));
  await stream.close();
  return batches;
}

/** The same as lines, end to end. */
export const drawnOf = async (...given: Parameters<typeof batchesOf>): Promise<string[]> =>
  (await batchesOf(...given)).flatMap(linesOf);
