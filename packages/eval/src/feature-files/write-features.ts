import { mkdir } from 'node:fs/promises';
import { orAborted } from '@tgm/models';
import {
  callable,
  objectWith,
  oneOf,
  optional,
  optionTable,
  passing,
  showValue,
  text,
  wholeNumber,
} from '@tgm/options';
import { EvaluationError } from '../errors.js';
import {
  type ClipRepresentation,
  type RepresentationParts,
  representationParts,
} from './clip-representation.js';
import { type FeatureExamples, sampleReader } from './feature-examples.js';
import { featureFolder } from './feature-folder.js';
import { FEATURE_FORMATS, type FeatureFormat } from './feature-format.js';
import { orFileFailed } from './file-faults.js';
import { type FeatureProgress, type WrittenFeatures, writeShards } from './write-shards.js';

export interface WriteFeaturesOptions {
  /** It is made where it is missing. */
  readonly folder: string;
  /**
   * Clips with ids, each id once, and labels, all of one kind. What `inOrder` of `@tgm/train` gives reads no sample again that is
   * done. A video of several views has the mean of what they give.
   */
  readonly examples: FeatureExamples;
  /** Their vectors stand side by side, in this order. */
  readonly representations: Readonly<Record<string, ClipRepresentation>>;
  /** Default `safetensors`, with one tensor `features`. */
  readonly format?: FeatureFormat;
  /** Samples of a shard: what is lost at most when a run is stopped. Default 256, or fewer where they would take more than 64 MiB. */
  readonly shardSize?: number;
  /** This process among `ranks` that share the shards: shard number modulo `ranks`. Default the only one. */
  readonly rank?: number;
  readonly ranks?: number;
  readonly onProgress?: (progress: FeatureProgress) => void;
  /** Ends the work, and any wait for an example or a representation, whose answer is lost then. Whole shards stay. */
  readonly signal?: AbortSignal;
}

const OPTIONS = optionTable(
  'writeFeatures',
  {
    folder: text(),
    examples: passing(
      'examples that can be gone through',
      (value): value is FeatureExamples =>
        typeof value === 'object' &&
        value !== null &&
        (Symbol.asyncIterator in value || Symbol.iterator in value || 'read' in value),
    ),
    representations: passing(
      'representations by name',
      (value): value is WriteFeaturesOptions['representations'] =>
        typeof value === 'object' && value !== null && !Array.isArray(value),
    ),
    format: optional(oneOf(FEATURE_FORMATS), 'safetensors'),
    shardSize: optional(wholeNumber({ from: 1 })),
    rank: optional(wholeNumber({ from: 0 }), 0),
    ranks: optional(wholeNumber({ from: 1 }), 1),
    onProgress: optional(callable<(progress: FeatureProgress) => void>()),
    signal: optional(
      objectWith<AbortSignal>('an AbortSignal', ['aborted', 'throwIfAborted', 'addEventListener']),
    ),
  } satisfies Record<keyof WriteFeaturesOptions, unknown>,
  EvaluationError,
);

/** Bytes of the numbers of a shard: by default, and at most, so that any program can read it at once. */
const [SHARD_BYTES, MOST_BYTES] = [2 ** 26, 2 ** 30];
const SHARD_SAMPLES = 256;

/**
 * Computes features and writes them into a folder, shard by shard: the numbers as safetensors or npy, their ids and labels as JSON
 * beside them, and `index.json`, which tells all that decides what they are.
 *
 * Files appear whole or not at all. A run that was stopped or killed goes on behind its last whole shard when it is called
 * again, and the files are those of a run that was not. A sample that cannot be read has no row; the shard says why.
 *
 * @throws EvaluationError `OPTION_INVALID`; `FEATURES_DIFFER` where the folder holds features of other examples, weights or
 *   settings, which it names; `FEATURES_LOCKED`, `FEATURES_DAMAGED`, `FILE_FAILED`, `TOO_FEW_EXAMPLES` for none at all;
 *   `REPRESENTATION_FAILED`, `SHAPE_MISMATCH`, `NON_FINITE_FEATURE` for what a representation gives; `LABELS_MISMATCH`,
 *   `LABEL_OUT_OF_RANGE`. Rejects with the signal's reason, and with what the examples throw.
 */
export async function writeFeatures(options: WriteFeaturesOptions): Promise<WrittenFeatures> {
  const checked = OPTIONS.check(options);
  const { folder, rank, ranks, signal } = checked;
  signal?.throwIfAborted();
  if (rank >= ranks)
    throw new EvaluationError('OPTION_INVALID', {
      where: 'writeFeatures, option rank',
      expected: `below ranks, ${ranks}`,
      received: showValue(rank),
    });
  const representations = await orAborted(
    signal,
    representationParts('writeFeatures', checked.representations),
  );
  const shardSize = shardSizeOf(checked.shardSize, representations);
  const reader = sampleReader('writeFeatures', checked.examples, signal);
  try {
    const examples = await reader.describe();
    await orFileFailed(folder, 'a folder that can be made', mkdir(folder, { recursive: true }));
    const files = featureFolder(folder);
    const free = await files.claim(rank, ranks);
    try {
      const { parts, width, tokens = null } = representations;
      const stored = await files.openIndex({
        format: checked.format,
        shardSize,
        samples: reader.samples ?? null,
        width,
        tokens,
        parts: parts.map(({ name, start, width, description }) => ({
          name,
          start,
          width,
          representation: description,
        })),
        examples,
      });
      return await writeShards({ ...checked, files, stored, representations, reader });
    } finally {
      await free();
    }
  } finally {
    await reader.close();
  }
}

function shardSizeOf(given: number | undefined, { width, tokens = 1 }: RepresentationParts): number {
  const bytes = 4 * width * tokens;
  const most = Math.max(1, Math.floor(MOST_BYTES / bytes));
  if (given === undefined) return Math.max(1, Math.min(SHARD_SAMPLES, Math.floor(SHARD_BYTES / bytes)));
  if (given <= most) return given;
  throw new EvaluationError('OPTION_INVALID', {
    where: 'writeFeatures, option shardSize',
    expected: `at most ${most}, so that a shard takes at most 1 GiB`,
    received: `${given}`,
  });
}
