import { showValue } from '@tgm/options';
import { EvaluationError } from '../errors.js';
import type { TestVideo } from '../test-video.js';
import type { RepresentationPart, RepresentationParts } from './clip-representation.js';

/** Takes examples and makes a row of each: all parts side by side. */
export interface ShardRows {
  /** Takes an example; computes when there are enough for a pass. Says whether it did. */
  add(example: TestVideo): Promise<boolean>;
  /** Computes what is left. [count, width] or [count, N, width] row-major. */
  finish(): Promise<Float32Array>;
}

/** @param most rows at most. */
export function shardRows(where: string, most: number, all: RepresentationParts): ShardRows {
  const { parts, width, tokens = 1, batchSize } = all;
  const values = new Float32Array(most * tokens * width);
  let count = 0;
  let waiting: TestVideo[] = [];
  let clips = 0;

  async function compute(): Promise<void> {
    const views = waiting.map(({ frames, others = [] }) => [frames, ...others.map((other) => other.frames)]);
    for (const part of parts) {
      const found = await featuresOf(where, part, tokens, views.flat(), waiting);
      let view = 0;
      for (const [at, { length }] of views.entries()) {
        const size = tokens * part.width;
        const mean = meanOfRows(found.subarray(view * size, (view + length) * size), length);
        for (let token = 0; token < tokens; token++)
          values.set(
            mean.subarray(token * part.width, (token + 1) * part.width),
            ((count + at) * tokens + token) * width + part.start,
          );
        view += length;
      }
    }
    count += waiting.length;
    [waiting, clips] = [[], 0];
  }

  return {
    async add(example) {
      const { id, others = [] } = example;
      if (others.length > 0 && all.tokens !== undefined)
        throw new EvaluationError('OPTION_INVALID', {
          where: `${where}, example "${id}"`,
          expected: 'one view, where each token keeps its vector',
          received: `${1 + others.length}`,
        });
      waiting.push(example);
      clips += 1 + others.length;
      if (clips < batchSize) return false;
      await compute();
      return true;
    },
    async finish() {
      if (waiting.length > 0) await compute();
      return values.subarray(0, count * tokens * width);
    },
  };
}

/** What a part says of clips, checked: [clips, N, D]. */
async function featuresOf(
  where: string,
  { name, width, representation }: RepresentationPart,
  tokens: number,
  clips: readonly Uint8Array[],
  examples: readonly TestVideo[],
): Promise<Float32Array> {
  const [first, last] = [examples[0]!.id, examples.at(-1)!.id];
  const of = first === last ? `example "${first}"` : `examples "${first}" to "${last}"`;
  const place = `${where}, representation ${name}, ${of}`;
  let found: unknown;
  try {
    found = await representation.features(clips);
  } catch (cause) {
    const received = cause instanceof Error ? cause.message : String(cause);
    throw new EvaluationError('REPRESENTATION_FAILED', {
      where: place,
      expected: 'features',
      received,
      cause,
    });
  }
  const size = tokens * width;
  if (!(found instanceof Float32Array) || found.length !== clips.length * size)
    throw new EvaluationError('SHAPE_MISMATCH', {
      where: place,
      expected: `a Float32Array of ${size} numbers for each of ${clips.length} clips`,
      received: found instanceof Float32Array ? `${found.length}` : showValue(found),
    });
  const bad = found.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0)
    throw new EvaluationError('NON_FINITE_FEATURE', {
      where: `${place}, number ${bad % size} of clip ${Math.floor(bad / size)} of ${clips.length}`,
      expected: 'a finite number',
      received: `${found[bad]}`,
      advice: 'The parameters may have diverged.',
    });
  return found;
}

/** [rows, size] to [size] */
function meanOfRows(values: Float32Array, rows: number): Float32Array {
  if (rows === 1) return values;
  const size = values.length / rows;
  return Float32Array.from({ length: size }, (_, i) => {
    let sum = 0;
    for (let row = 0; row < rows; row++) sum += values[row * size + i]!;
    return sum / rows;
  });
}
