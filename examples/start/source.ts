import type { FactTable } from '@tgm/report';
import type { VideoDataset } from '@tgm/video-io';

/** Box of the named object in one frame, in pixels of the source video. */
export interface ObjectBox {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** What a run trains on and, where there are labels, is measured on. */
export interface VideoSet {
  readonly name: string;
  readonly train: VideoDataset;
  /** Unseen videos with labels; absent without labels. */
  readonly test?: VideoDataset;
  /** Names of the classes; a label is a position in it. */
  readonly classes?: readonly string[];
  /** Source frames from one sampled frame to the next. */
  readonly stride: number;
  readonly clipsPerVideo: number;
  /** Ids of the test videos in named parts of the test set. */
  readonly subsets?: Readonly<Record<string, ReadonlySet<string>>>;
  /** What the captions of a video say, by its id: videos of one meaning are right for each other's captions. */
  readonly meanings?: ReadonlyMap<string, string>;
  /** Where the named object is, as far as that is known. */
  readonly objects?: {
    /** In every source frame of a test video, and the size of those frames. */
    readonly frameSize: number;
    boxes(id: string): readonly ObjectBox[];
    /** [tokens] share of each token of the clip of a test video that it covers. */
    coverage(id: string): Float32Array;
  };
  readonly facts: FactTable;
  /** Why there is nothing to measure, where `test` is absent. */
  readonly note?: string;
}
