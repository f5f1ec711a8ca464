import { type ShardFolder, type ShardRecord, shardFolder } from '@tgm/models';
import { type FeatureIndex, featureIndexTable } from './feature-index.js';
import { featureFault } from './file-faults.js';
import { type StoredRows, storedRows } from './shard-record.js';

/** A folder of features. */
export type FeatureFolder = ShardFolder<FeatureIndex, StoredRows>;

/** What the JSON file beside the numbers of a shard says. */
export type FeatureRecord = ShardRecord<StoredRows>;

/** Changes when an older version of this package could no longer read what is written. */
const VERSION = 1;

export const featureFolder = (folder: string): FeatureFolder =>
  shardFolder<FeatureIndex, StoredRows>({
    folder,
    things: 'features',
    writer: 'writeFeatures',
    version: VERSION,
    index: featureIndexTable,
    record: storedRows,
    fault: featureFault,
  });
