import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { StoredIndex } from '@tgm/models';
import { listOf, optional, optionTable, showValue, text } from '@tgm/options';
import { EvaluationError } from '../errors.js';
import { checkFeatures, type Features } from '../features.js';
import type { TokenFeatures } from '../token-features.js';
import type { FeaturePart } from './clip-representation.js';
import { type FeatureFolder, type FeatureRecord, featureFolder } from './feature-folder.js';
import { ARRAY_FILES } from './feature-format.js';
import type { FeatureIndex } from './feature-index.js';
import { orAbsent } from './file-faults.js';
import { joinLabels, kindOfLabel, type StoredLabels } from './shard-labels.js';
import type { LeftOutExample } from './shard-record.js';

export interface ReadFeaturesOptions {
  /** Names of the representations whose vectors are read, side by side in this order. Default all. */
  readonly parts?: readonly string[];
}

const partsTable = (where: string) =>
  optionTable(
    where,
    { parts: optional(listOf(text(), { from: 1 })) } satisfies Record<keyof ReadFeaturesOptions, unknown>,
    EvaluationError,
  );

/** What the examples of stored features are. */
export interface StoredExamples extends StoredLabels {
  /** [count] */
  readonly ids: readonly string[];
  /** Samples that have no row, and why. */
  readonly leftOut: readonly LeftOutExample[];
  /** Where each representation's numbers stand in a vector. */
  readonly parts: readonly FeaturePart[];
  /** All that decided what was written. */
  readonly index: FeatureIndex;
}

/**
 * Reads the features of a folder that `writeFeatures` has filled, one vector an example, in the examples' order.
 *
 * @throws EvaluationError `FEATURES_MISSING` where the folder has none, or not all of its shards; `FEATURES_DAMAGED` for a file that is
 *   not as it was written; `FEATURES_DIFFER` for shards of different runs; `SHAPE_MISMATCH` for features of tokens;
 *   `OPTION_INVALID`, `LABELS_MISMATCH`, `FILE_FAILED`.
 */
export async function readFeatures(
  folder: string,
  options: ReadFeaturesOptions = {},
): Promise<Features & StoredExamples> {
  const { tokens, ...features } = await read('readFeatures', folder, options);
  if (tokens === null) return features;
  throw new EvaluationError('SHAPE_MISMATCH', {
    where: folder,
    expected: 'one vector an example',
    received: `${tokens} tokens; readTokenFeatures reads them`,
  });
}

/**
 * The same of features that hold a vector for each token.
 * @throws EvaluationError as {@link readFeatures}, and `SHAPE_MISMATCH` for features without tokens.
 */
export async function readTokenFeatures(
  folder: string,
  options: ReadFeaturesOptions = {},
): Promise<TokenFeatures & StoredExamples> {
  const { tokens, ...features } = await read('readTokenFeatures', folder, options);
  if (tokens !== null) return { ...features, tokens };
  throw new EvaluationError('SHAPE_MISMATCH', {
    where: folder,
    expected: 'a vector for each token',
    received: 'one vector an example; readFeatures reads them',
  });
}

async function read(
  where: string,
  folder: string,
  options: ReadFeaturesOptions,
): Promise<Features & StoredExamples & { readonly tokens: number | null }> {
  optionTable(where, { folder: text() }, EvaluationError).check({ folder });
  const names = partsTable(where).check(options).parts;
  const files = featureFolder(folder);
  const stored = await files.readIndex();
  const { index } = stored;
  const taken = takenParts(where, index, names);
  const records = await readRecords(files, stored);
  const ids = records.flatMap((record) => record.ids);
  const width = taken.reduce((sum, part) => sum + part.width, 0);
  const perRow = index.tokens ?? 1;
  const values = new Float32Array(ids.length * perRow * width);
  let row = 0;
  for (const [shard, record] of records.entries()) {
    const numbers = await readNumbers(files, shard, stored, record);
    const vectors = record.ids.length * perRow;
    for (let vector = 0; vector < vectors; vector++) {
      let at = (row * perRow + vector) * width;
      for (const { start, width: size } of taken) {
        const begin = vector * index.width + start;
        values.set(numbers.subarray(begin, begin + size), at);
        at += size;
      }
    }
    row += record.ids.length;
  }
  // A number that is no number cannot have been written.
  checkFeatures(folder, { values, count: ids.length, width: perRow * width });
  let start = 0;
  const parts = taken.map((part) => {
    start += part.width;
    return { name: part.name, start: start - part.width, width: part.width };
  });
  return {
    values,
    count: ids.length,
    width,
    tokens: index.tokens,
    ids,
    ...joinLabels(records.flatMap((record) => record.labels)),
    leftOut: records.flatMap((record) => record.leftOut),
    parts,
    index,
  };
}

function takenParts(
  where: string,
  { parts }: FeatureIndex,
  names?: readonly string[],
): readonly FeaturePart[] {
  return (names ?? parts.map(({ name }) => name)).map((name) => {
    const part = parts.find((each) => each.name === name);
    if (part) return part;
    throw new EvaluationError('OPTION_INVALID', {
      where: `${where}, option parts`,
      expected: `of ${parts.map((each) => each.name).join(', ')}`,
      received: showValue(name),
    });
  });
}

/** The records of all shards, which are whole and of one kind. */
async function readRecords(
  files: FeatureFolder,
  { index, digest }: StoredIndex<FeatureIndex>,
): Promise<readonly FeatureRecord[]> {
  const records: FeatureRecord[] = [];
  const ids = new Set<string>();
  let kind: string | undefined;
  do {
    const shard = records.length;
    const [path, record] = [files.path(shard, 'json'), await files.readRecord(shard, digest)];
    if (!record)
      throw new EvaluationError('FEATURES_MISSING', {
        where: path,
        expected:
          index.samples === null
            ? 'a shard behind those before it, which say that there are more'
            : `one of ${Math.ceil(index.samples / index.shardSize)} shards`,
        received: 'none',
        advice: 'Call `writeFeatures` again, for each of its ranks: it goes on.',
      });
    for (const [at, id] of record.ids.entries()) {
      if (ids.has(id)) throw files.damaged(path, 'each id once', showValue(id));
      ids.add(id);
      const found = kindOfLabel(record.labels[at]!);
      kind ??= found;
      if (found === kind) continue;
      throw new EvaluationError('LABELS_MISMATCH', {
        where: `${path}, label of "${id}"`,
        expected: `${kind}, as of the examples before it`,
        received: found,
      });
    }
    records.push(record);
  } while (!records.at(-1)!.last);
  await files.requireNoShardFrom(records.length);
  return records;
}

/** [rows, N, D] of a shard. */
async function readNumbers(
  files: FeatureFolder,
  shard: number,
  { index: { format, tokens, width } }: StoredIndex<FeatureIndex>,
  { file, ids }: FeatureRecord,
): Promise<Float32Array> {
  const path = files.path(shard, format);
  const bytes = await orAbsent(path, readFile(path));
  if (!bytes) throw files.damaged(path, `${file.bytes} bytes`, 'no file');
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  if (sha256 !== file.sha256)
    throw files.damaged(path, `contents with the SHA-256 ${file.sha256}`, `others, with ${sha256}`);
  const { shape, values } = await ARRAY_FILES[format].read(path, bytes, files.damaged);
  const wanted = tokens === null ? [ids.length, width] : [ids.length, tokens, width];
  if (String(shape) !== String(wanted)) throw files.damaged(path, `numbers [${wanted}]`, `[${shape}]`);
  return values;
}
