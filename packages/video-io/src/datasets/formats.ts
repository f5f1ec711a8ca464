import type { Fields, OptionTable } from '@tgm/options';
import { READ_SHARDS_OPTIONS, readShards } from '../shards/read-shards.js';
import type { VideoDataset } from '../video.js';
import type { BadRow } from './bad-rows.js';
import { CSV_MANIFEST_OPTIONS, readCsvManifest } from './csv-manifest.js';
import { DIVING48_OPTIONS, readDiving48 } from './diving48.js';
import { EPIC_KITCHENS_OPTIONS, readEpicKitchens } from './epic-kitchens.js';
import { HMDB51_OPTIONS, readHmdb51 } from './hmdb51.js';
import { INTERNVID_OPTIONS, readInternVid } from './internvid.js';
import { KINETICS_OPTIONS, readKinetics } from './kinetics.js';
import type { LeftOutFile } from './list-folder.js';
import { MANIFEST_OPTIONS, readManifest } from './manifest.js';
import { MSR_VTT_OPTIONS, MSR_VTT_PAIR_OPTIONS, readMsrVtt, readMsrVttPairs } from './msr-vtt.js';
import { readSomethingSomething, SOMETHING_SOMETHING_OPTIONS } from './something-something.js';
import { readUcf101, UCF101_OPTIONS } from './ucf101.js';
import { readVideoFolder, VIDEO_FOLDER_OPTIONS } from './video-folder.js';

/** A reader as a value, for programs that let a person choose one by name. */
export interface DatasetFormat<Source, F extends Fields = Fields> {
  /** What it is given first: the path of a file of annotations, that of a folder, or the paths of tar files. */
  readonly source: Source extends string ? 'file' | 'folder' : 'files';
  /** Its options. */
  readonly options: OptionTable<F>;
  /** Opens the data set. @throws {VideoError} as the reader does. */
  // biome-ignore lint/suspicious/noExplicitAny: each reader's own options, which its table checks
  read(source: Source, options: any): Promise<OpenedDataset>;
}

/** A data set, and what its reader left out. */
export type OpenedDataset = VideoDataset & {
  readonly badRows?: readonly BadRow[];
  readonly leftOut?: readonly LeftOutFile[];
};

/** Each reader of data sets of this package by a short name. */
export const datasetFormats = {
  folder: { source: 'folder', options: VIDEO_FOLDER_OPTIONS, read: readVideoFolder },
  jsonl: { source: 'file', options: MANIFEST_OPTIONS, read: readManifest },
  csv: { source: 'file', options: CSV_MANIFEST_OPTIONS, read: readCsvManifest },
  kinetics: { source: 'file', options: KINETICS_OPTIONS, read: readKinetics },
  'something-something': {
    source: 'file',
    options: SOMETHING_SOMETHING_OPTIONS,
    read: readSomethingSomething,
  },
  ucf101: { source: 'file', options: UCF101_OPTIONS, read: readUcf101 },
  hmdb51: { source: 'folder', options: HMDB51_OPTIONS, read: readHmdb51 },
  diving48: { source: 'file', options: DIVING48_OPTIONS, read: readDiving48 },
  'epic-kitchens': { source: 'file', options: EPIC_KITCHENS_OPTIONS, read: readEpicKitchens },
  internvid: { source: 'file', options: INTERNVID_OPTIONS, read: readInternVid },
  'msr-vtt': { source: 'file', options: MSR_VTT_OPTIONS, read: readMsrVtt },
  'msr-vtt-pairs': { source: 'file', options: MSR_VTT_PAIR_OPTIONS, read: readMsrVttPairs },
  shards: { source: 'files', options: READ_SHARDS_OPTIONS, read: readShards },
} as const satisfies Readonly<
  // biome-ignore lint/suspicious/noExplicitAny: a table of any fields
  Record<string, DatasetFormat<string, any> | DatasetFormat<readonly string[], any>>
>;
