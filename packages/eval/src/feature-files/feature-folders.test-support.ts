import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { seededRandom } from '@tgm/random';
import { cpuEngine } from '@tgm/tfjs-backend-onnx';
import { afterAll, beforeEach } from 'vitest';
import type { ClipRepresentation } from './clip-representation.js';
import { encoderRepresentation } from './encoder-representation.js';
import type { FeatureSample, SampledExamples } from './feature-examples.js';
import { examplesOf, model, PIXELS } from './feature-files.test-support.js';
import { pixelRepresentation } from './pixel-representation.js';
import { type WriteFeaturesOptions, writeFeatures } from './write-features.js';

export const engine = await cpuEngine();
export const params = model.init(seededRandom('init'));
export const encoder = encoderRepresentation({ engine, model, params, batchSize: 3 });
export const pixels = pixelRepresentation(PIXELS);

/** A new folder for each test, and what writes ten examples of two representations into it. */
export function featureFolders() {
  const folders: string[] = [];
  const last = () => folders.at(-1)!;
  beforeEach(async () => {
    folders.push(await mkdtemp(join(tmpdir(), 'tgm-features-')));
  });
  afterAll(async () => {
    tf.dispose(params);
    await Promise.all(folders.map((each) => rm(each, { recursive: true })));
  });
  return {
    folder: last,
    write: (change: Partial<WriteFeaturesOptions> = {}) =>
      writeFeatures({
        folder: last(),
        examples: examplesOf(10),
        representations: { encoder, pixels },
        shardSize: 4,
        ...change,
      }),
  };
}

/** Numbers that count up, a thousand a clip by its first byte. */
export const counting = (
  width: number,
  tokens?: number,
  change: Partial<ClipRepresentation> = {},
): ClipRepresentation => ({
  width,
  ...(tokens && { tokens }),
  describe: () => ({ is: 'counting', width }),
  features: (clips) =>
    Float32Array.from(
      clips.flatMap((clip) => Array.from({ length: width * (tokens ?? 1) }, (_, i) => 1000 * clip[0]! + i)),
    ),
  ...change,
});
export const numbered = (...firsts: number[]) =>
  firsts.map((first) => ({ id: `${first}`, frames: Uint8Array.of(first) }));

/** Examples of which some are read alone, and what was read of them. `torn` ones have no example. */
export function sampled(count: number, torn: readonly number[] = [], name = 'clips') {
  const list = examplesOf(count);
  const readSamples: number[] = [];
  const examples: SampledExamples = {
    samples: count,
    describe: () => ({ is: 'sampled', name }),
    async *read(from, to): AsyncGenerator<FeatureSample> {
      for (let at = from; at < to; at++) {
        readSamples.push(at);
        const { id } = list[at]!;
        if (torn.includes(at)) yield { id, examples: [], leftOut: { code: 'TORN', message: `torn ${at}` } };
        else yield { id, examples: [list[at]!] };
      }
    },
  };
  return { examples, readSamples };
}
