import { createHash } from 'node:crypto';
import { join } from 'node:path';
import {
  type Description,
  descriptionDifferences,
  eitherOf,
  listOf,
  nested,
  oneOf,
  optionTable,
  passing,
  showValue,
  text,
  wholeNumber,
} from '@tgm/options';
import { EvaluationError } from '../errors.js';
import { FEATURE_FORMATS, type FeatureFormat } from './feature-format.js';
import { damagedIndex } from './file-faults.js';
import { readJsonFile, writeTextFile } from './json-file.js';

/** A representation as the index tells it. */
export interface IndexedPart {
  readonly name: string;
  /** Place of its first number in a vector. */
  readonly start: number;
  readonly width: number;
  readonly representation: Description;
}

/** What lies in a folder of features, as `index.json` says it: all that decides what the shards hold. */
export interface FeatureIndex {
  readonly format: FeatureFormat;
  /** Samples of each shard but the last. */
  readonly shardSize: number;
  /** Samples of all shards; null where that was not known before the end. */
  readonly samples: number | null;
  /** Numbers of a vector, all parts side by side. */
  readonly width: number;
  /** Vectors of an example; null where each has one, and shards are [examples, width]. */
  readonly tokens: number | null;
  readonly parts: readonly IndexedPart[];
  /** What the examples are; null where nothing told. */
  readonly examples: Description | null;
}

/** Changes when an older version of this package could no longer read what is written. */
const VERSION = 1;

const nothing = passing('null', (value): value is null => value === null);
const described = passing(
  'a description',
  (value): value is Description => typeof (value as Partial<Description> | null)?.is === 'string',
);
const count = () => wholeNumber({ from: 1 });

const table = optionTable(
  'index.json',
  {
    format: oneOf(FEATURE_FORMATS),
    shardSize: count(),
    samples: eitherOf('a whole number or null', wholeNumber({ from: 0 }), nothing),
    width: count(),
    tokens: eitherOf('a whole number or null', count(), nothing),
    parts: listOf(
      nested({
        name: text(),
        start: wholeNumber({ from: 0 }),
        width: count(),
        representation: described,
      } satisfies Record<keyof IndexedPart, unknown>),
      { from: 1 },
    ),
    examples: eitherOf('a description or null', described, nothing),
  } satisfies Record<keyof FeatureIndex, unknown>,
  EvaluationError,
);

const pathOf = (folder: string): string => join(folder, 'index.json');

/** An index that lies on the disk. */
export interface StoredIndex {
  readonly index: FeatureIndex;
  /** SHA-256 of the file. Each shard says of which index it is. */
  readonly digest: string;
}

/**
 * @throws EvaluationError `FEATURES_MISSING`, `FEATURES_DAMAGED`, `FILE_FAILED`; `FEATURES_DIFFER` for the files of a later version.
 */
export async function readIndex(folder: string): Promise<StoredIndex> {
  const stored = await storedIndex(folder);
  if (stored) return stored;
  throw new EvaluationError('FEATURES_MISSING', {
    where: pathOf(folder),
    expected: 'the index of features',
    received: 'none',
  });
}

/**
 * Writes the index of a folder, or takes the one that is there.
 * @throws EvaluationError as `readIndex`; `FEATURES_DIFFER` where it is of something else, which names what differs.
 */
export async function openIndex(folder: string, index: FeatureIndex): Promise<StoredIndex> {
  const stored = await storedIndex(folder);
  if (!stored) {
    const text = `${JSON.stringify({ version: VERSION, ...index }, null, 2)}\n`;
    await writeTextFile(pathOf(folder), text);
    return { index, digest: digestOf(text) };
  }
  const differences = descriptionDifferences(stored.index, index);
  if (differences.length === 0) return stored;
  const told = (value: unknown) => (value === undefined ? 'nothing' : showValue(value));
  throw new EvaluationError('FEATURES_DIFFER', {
    where: folder,
    expected: 'features of what was written there',
    received: `other ones: ${differences
      .map(({ option, saved, now }) => `${option}: ${told(saved)}, now ${told(now)}`)
      .join('; ')}`,
    advice: 'Take what it was, or write into another folder.',
  });
}

async function storedIndex(folder: string): Promise<StoredIndex | undefined> {
  const path = pathOf(folder);
  const file = await readJsonFile(path, damagedIndex);
  return file && { index: checked(path, file.value), digest: digestOf(file.text) };
}

function checked(path: string, value: unknown): FeatureIndex {
  const { version, ...index } = (value ?? {}) as { readonly version?: unknown };
  if (typeof version === 'number' && version > VERSION)
    throw new EvaluationError('FEATURES_DIFFER', {
      where: path,
      expected: `an index of version ${VERSION}`,
      received: `version ${version}`,
    });
  try {
    return table.check(index);
  } catch (error) {
    if (!(error instanceof EvaluationError)) throw error;
    throw damagedIndex(
      error.where.replace(table.where, path).replace(', option ', ', key '),
      error.expected,
      error.received,
    );
  }
}

const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex');
