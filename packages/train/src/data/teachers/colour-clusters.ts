import { kMeans, type Random, uniformIndex } from '@tgm/masking';
import { callable, listOf, optional, optionTable, passing, wholeNumber } from '@tgm/options';
import { TrainError } from '../../errors.js';

export interface ColourClustersOptions {
  /** K, clusters at most, from 2. Default 512, that is 9 bits, as iGPT has. Fewer where fewer colours differ. */
  readonly clusters?: number;
  /** Pixels that are drawn from all clips, at least 2. Default 16384. */
  readonly pixels?: number;
  /** Rounds of k-means at most. Default 20. */
  readonly iterations?: number;
  /** Decides which pixels are drawn and where the clusters begin. */
  readonly random: Random;
}

const CLIPS = optionTable(
  'colourClusters',
  {
    clips: listOf(
      passing('the frames of a clip, bytes', (value): value is Uint8Array => value instanceof Uint8Array),
      { from: 1 },
    ),
  },
  TrainError,
);

const OPTIONS = optionTable(
  'colourClusters',
  {
    clusters: optional(wholeNumber({ from: 2 }), 512),
    pixels: optional(wholeNumber({ from: 2 }), 16_384),
    iterations: optional(wholeNumber({ from: 0 }), 20),
    random: callable<Random>(),
  } satisfies Record<keyof ColourClustersOptions, unknown>,
  TrainError,
);

/**
 * Clusters of the colours of pixels, by k-means over (R, G, B): the palette of M. Chen et al., Generative Pretraining from Pixels,
 * ICML 2020, section 3.2 (A: paper), here of pixels that are drawn from some clips. The same for the same draws.
 *
 * @param clips [T, H, W, 3] RGB, 0-255 each, of any sizes.
 * @returns [K, 3] colours, 0-255.
 * @throws TrainError `OPTION_INVALID`, also for clips without whole pixels.
 */
export function colourClusters(clips: readonly Uint8Array[], options: ColourClustersOptions): Float32Array {
  CLIPS.check({ clips });
  const { clusters, pixels, iterations, random } = OPTIONS.check(options);
  const ends: number[] = [];
  for (const [at, { length }] of clips.entries()) {
    if (length === 0 || length % 3 !== 0) {
      throw new TrainError('OPTION_INVALID', {
        where: `colourClusters, argument clips.${at}`,
        expected: 'whole pixels, at least one, three bytes each',
        received: `${length} bytes`,
      });
    }
    ends.push((ends.at(-1) ?? 0) + length / 3);
  }
  const points = new Float32Array(pixels * 3);
  for (let pixel = 0; pixel < pixels; pixel++) {
    const place = uniformIndex(ends.at(-1)!, random);
    const clip = ends.findIndex((end) => place < end);
    const from = (place - (ends[clip - 1] ?? 0)) * 3;
    points.set(clips[clip]!.subarray(from, from + 3), pixel * 3);
  }
  return kMeans({ points, width: 3, clusters, iterations, unit: false, random });
}
