import type { FrameSampling } from '@tgm/video-io';

/** What a recipe and a plan have to know of a published data set. */
export interface DataSetFacts {
  readonly name: string;
  /** Videos, or sections of videos, that are trained on; about, where the set is told in thousands. */
  readonly trainingVideos: number;
  /** Classes; several numbers where a clip has several labels; 0 where it has captions alone. */
  readonly classes: number | Readonly<Record<string, number>>;
  /** Mean length in seconds, about. */
  readonly seconds: number;
  /** Frames a second, about. */
  readonly frameRate: number;
  /** Source frames from one to the next in pre-training. */
  readonly stride: number;
  /** Which frames make a clip when labels are learned and tested. */
  readonly sampling: FrameSampling;
  /** Whether a mirrored clip keeps its label. */
  readonly flip: boolean;
  /** Views of a test: clips along the video, crops of each. */
  readonly views: { readonly clips: number; readonly crops: number };
}

export type DataSetName = 'k400' | 'ssv2' | 'internvid' | 'ucf101' | 'hmdb51' | 'diving48' | 'epic-kitchens';

const dense = (stride: number) => ({ kind: 'dense', stride }) as const;
const segments = { kind: 'segments' } as const;

/**
 * The published sets.
 *
 * | set           | stride | frames for labels | flip | views  | source                                             |
 * | ------------- | ------ | ----------------- | ---- | ------ | -------------------------------------------------- |
 * | K400          | 4      | dense, 4          | yes  | 5 x 3  | VideoMAE's scripts (read)                          |
 * | SSv2          | 2      | segments          | no   | 2 x 3  | VideoMAE's scripts; its ssv2.py does not flip (read) |
 * | UCF101        | 4      | dense, 4          | yes  | 5 x 3  | VideoMAE's scripts (read)                          |
 * | HMDB51        | 2      | dense, 2          | yes  | 10 x 3 | VideoMAE's paper (second-hand)                     |
 * | Diving48      | 2      | segments          | yes  | 2 x 3  | ours: short videos, order matters, as SSv2         |
 * | EPIC-Kitchens | 2      | segments          | yes  | 2 x 3  | ours: short sections, as SSv2                      |
 * | InternVid     | 4      |                   |      |        | ours: as K400; it has captions, no classes          |
 *
 * "Pushing something from left to right" is a class of SSv2: mirrored clips would have another label. Dives are told by their
 * start, turns and position, kitchens by verb and noun; neither has a side.
 *
 * Numbers of videos: K400 about 240,000 (VideoMAE, section 4.1), SSv2 168,913 (VideoMAE, section 4.1), UCF101 and HMDB51 their first split,
 * Diving48 version 2, EPIC-Kitchens-100's segments, InternVid-10M. Lengths and rates serve sizes of stores alone; pass your own
 * to `plan` where they matter.
 */
export const DATA_SETS: Readonly<Record<DataSetName, DataSetFacts>> = {
  k400: {
    name: 'Kinetics-400',
    trainingVideos: 240_000,
    classes: 400,
    seconds: 10,
    frameRate: 30,
    stride: 4,
    sampling: dense(4),
    flip: true,
    views: { clips: 5, crops: 3 },
  },
  ssv2: {
    name: 'Something-Something V2',
    trainingVideos: 168_913,
    classes: 174,
    seconds: 4,
    frameRate: 12,
    stride: 2,
    sampling: segments,
    flip: false,
    views: { clips: 2, crops: 3 },
  },
  internvid: {
    name: 'InternVid-10M',
    trainingVideos: 10_000_000,
    classes: 0,
    seconds: 12,
    frameRate: 30,
    stride: 4,
    sampling: dense(4),
    flip: false,
    views: { clips: 1, crops: 1 },
  },
  ucf101: {
    name: 'UCF101',
    trainingVideos: 9_537,
    classes: 101,
    seconds: 7,
    frameRate: 25,
    stride: 4,
    sampling: dense(4),
    flip: true,
    views: { clips: 5, crops: 3 },
  },
  hmdb51: {
    name: 'HMDB51',
    trainingVideos: 3_570,
    classes: 51,
    seconds: 3,
    frameRate: 30,
    stride: 2,
    sampling: dense(2),
    flip: true,
    views: { clips: 10, crops: 3 },
  },
  diving48: {
    name: 'Diving48',
    trainingVideos: 15_027,
    classes: 48,
    seconds: 5,
    frameRate: 30,
    stride: 2,
    sampling: segments,
    flip: true,
    views: { clips: 2, crops: 3 },
  },
  'epic-kitchens': {
    name: 'EPIC-Kitchens-100',
    trainingVideos: 67_217,
    classes: { verb: 97, noun: 300 },
    seconds: 3,
    frameRate: 60,
    stride: 2,
    sampling: segments,
    flip: true,
    views: { clips: 2, crops: 3 },
  },
};
