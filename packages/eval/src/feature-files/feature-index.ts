import {
  type Description,
  eitherOf,
  listOf,
  nested,
  oneOf,
  optionTable,
  passing,
  text,
  wholeNumber,
} from '@tgm/options';
import { EvaluationError } from '../errors.js';
import { FEATURE_FORMATS, type FeatureFormat } from './feature-format.js';

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

const nothing = passing('null', (value): value is null => value === null);
const described = passing(
  'a description',
  (value): value is Description => typeof (value as Partial<Description> | null)?.is === 'string',
);
const count = () => wholeNumber({ from: 1 });

export const featureIndexTable = optionTable(
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
