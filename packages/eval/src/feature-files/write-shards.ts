import { orAborted, type StoredIndex } from '@tgm/models';
import { showValue } from '@tgm/options';
import { EvaluationError } from '../errors.js';
import { requireVideo } from '../test-video.js';
import type { RepresentationParts } from './clip-representation.js';
import type { FeatureSample, LeftOutFacts, SampleReader } from './feature-examples.js';
import type { FeatureFolder, FeatureRecord } from './feature-folder.js';
import { ARRAY_FILES } from './feature-format.js';
import type { FeatureIndex } from './feature-index.js';
import { orFileFailed } from './file-faults.js';
import { kindOfLabel, type StoredLabel, storedLabel } from './shard-labels.js';
import type { LeftOutExample } from './shard-record.js';
import { shardRows } from './shard-rows.js';

/** How far the shards of this rank are. */
export interface FeatureProgress {
  /** Samples that are done, those of earlier runs included. */
  readonly done: number;
  /** Samples in all, where that is known. */
  readonly total?: number;
  /** Samples that this run has done itself. */
  readonly fresh: number;
  /** Since it began. */
  readonly seconds: number;
}

/** What lies in the shards of this rank. */
export interface WrittenFeatures {
  readonly shards: number;
  /** Examples with features. */
  readonly count: number;
  /** Samples without, and why. */
  readonly leftOut: readonly LeftOutExample[];
}

/** Shards that are to be written: shard number `rank`, and each `ranks` behind it. */
export interface ShardWork {
  readonly files: FeatureFolder;
  readonly onProgress?: ((progress: FeatureProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly rank: number;
  readonly ranks: number;
  readonly stored: StoredIndex<FeatureIndex>;
  readonly representations: RepresentationParts;
  readonly reader: SampleReader;
}

export async function writeShards(work: ShardWork): Promise<WrittenFeatures> {
  const { files, rank, ranks, stored, reader, signal } = work;
  const { format, shardSize } = stored.index;
  if (await reader.endsBefore(0))
    throw new EvaluationError('TOO_FEW_EXAMPLES', {
      where: 'writeFeatures, option examples',
      expected: 'at least one',
      received: 'none',
    });
  const state = { ids: new Set<string>(), kind: undefined as string | undefined };
  const tell = progressTeller(work);
  const leftOut: LeftOutExample[] = [];
  let shards = 0;
  for (let shard = rank; !(await reader.endsBefore(shard * shardSize)); shard += ranks) {
    signal?.throwIfAborted();
    const earlier = await files.readRecord(shard, stored.digest);
    if (earlier) {
      await files.requireBytes(files.path(shard, format), earlier.file);
      if (!reader.skips) await requireSameSamples(work, shard, earlier);
      tell({ done: earlier.ids.length + earlier.leftOut.length, fresh: 0 });
    }
    const record = earlier ?? (await writeShard(work, shard, state, () => tell({ done: 1, fresh: 1 })));
    for (const id of record.ids) state.ids.add(id);
    const [label] = record.labels;
    if (label !== undefined) state.kind ??= kindOfLabel(label);
    leftOut.push(...record.leftOut);
    shards += 1;
  }
  return { shards, count: state.ids.size, leftOut };
}

/** What is known of the examples so far. */
interface Seen {
  readonly ids: Set<string>;
  readonly kind: string | undefined;
}

async function writeShard(
  { files, stored, representations, reader, signal }: ShardWork,
  shard: number,
  seen: Seen,
  onSample: () => void,
): Promise<FeatureRecord> {
  const { format, shardSize, tokens, width } = stored.index;
  const [from, to] = [shard * shardSize, (shard + 1) * shardSize];
  const [ids, labels, leftOut]: [string[], StoredLabel[], LeftOutExample[]] = [[], [], []];
  const rows = shardRows('writeFeatures', shardSize, representations);
  let kind = seen.kind;
  for await (const sample of reader.read(from, to)) {
    const { id, examples, leftOut: why } = sample;
    if (why) leftOut.push(leftOutExample(id, why));
    requireOneExample(sample);
    for (const example of examples) {
      requireVideo('writeFeatures, option examples', example, seen.ids);
      const label = storedLabel('writeFeatures', example, kind);
      kind ??= kindOfLabel(label);
      ids.push(example.id);
      labels.push(label);
      await orAborted(signal, rows.add(example));
    }
    onSample();
  }
  const values = await orAborted(signal, rows.finish());
  const path = files.path(shard, format);
  const shape = tokens === null ? [ids.length, width] : [ids.length, tokens, width];
  await orFileFailed(path, 'a path that can be written', ARRAY_FILES[format].write(path, { shape, values }));
  const record: FeatureRecord = {
    index: stored.digest,
    last: await reader.endsBefore(to),
    file: await files.fileFacts(path),
    ids,
    labels,
    leftOut,
  };
  await files.writeRecord(shard, record);
  return record;
}

/**
 * A row is a sample's.
 * @throws EvaluationError `OPTION_INVALID`
 */
function requireOneExample({ id, examples }: FeatureSample): void {
  const ids = examples.map((example) => example?.id);
  if (ids.length === 0 || (ids.length === 1 && ids[0] === id)) return;
  throw new EvaluationError('OPTION_INVALID', {
    where: `writeFeatures, option examples, sample ${showValue(id)}`,
    expected: 'one example with the id of the sample, or none',
    received: ids.map(showValue).join(' and '),
  });
}

/** Whatever else an error's facts hold is not kept. */
const leftOutExample = (id: string, { code, message, source }: LeftOutFacts): LeftOutExample => ({
  id,
  code: String(code),
  message: String(message),
  ...(source !== undefined && { source: String(source) }),
});

/**
 * Examples that do not describe themselves are told from others by their ids and labels.
 * @throws EvaluationError `FEATURES_DIFFER`
 */
async function requireSameSamples(
  { files, stored, reader }: ShardWork,
  shard: number,
  record: FeatureRecord,
): Promise<void> {
  const { shardSize } = stored.index;
  const refuse = (expected: string, received: string): never => {
    throw new EvaluationError('FEATURES_DIFFER', {
      where: files.path(shard, 'json'),
      expected: `${expected}, as the run before had`,
      received,
      advice: 'Take those examples, or write into another folder.',
    });
  };
  let at = 0;
  for await (const { examples } of reader.read(shard * shardSize, (shard + 1) * shardSize))
    for (const { id, label = null } of examples) {
      const then = record.ids[at];
      if (then === undefined) refuse(counted(record.ids.length), `one more, ${showValue(id)}`);
      const before = labelled(then!, record.labels[at]!);
      const now = labelled(id, label);
      if (now !== before) refuse(before, now);
      at += 1;
    }
  if (at !== record.ids.length) refuse(counted(record.ids.length), `${at}`);
  const ends = await reader.endsBefore((shard + 1) * shardSize);
  if (ends !== record.last)
    refuse(`${record.last ? 'no' : 'more'} examples behind it`, ends ? 'none' : 'some');
}

const counted = (count: number): string => (count === 1 ? '1 example' : `${count} examples`);

const labelled = (id: string, label: StoredLabel): string =>
  `example ${showValue(id)} with ${label === null ? 'no label' : `label ${showValue(label)}`}`;

function progressTeller({ reader, rank, ranks, stored, onProgress }: ShardWork) {
  const began = performance.now();
  const total =
    reader.samples === undefined ? undefined : samplesOf(reader.samples, stored.index.shardSize, rank, ranks);
  let [done, fresh] = [0, 0];
  return (more: { readonly done: number; readonly fresh: number }): void => {
    done += more.done;
    fresh += more.fresh;
    const seconds = (performance.now() - began) / 1000;
    onProgress?.({ done, ...(total !== undefined && { total }), fresh, seconds });
  };
}

/** Samples in the shards of a rank. */
function samplesOf(samples: number, shardSize: number, rank: number, ranks: number): number {
  let total = 0;
  for (let from = rank * shardSize; from < samples; from += ranks * shardSize)
    total += Math.min(shardSize, samples - from);
  return total;
}
