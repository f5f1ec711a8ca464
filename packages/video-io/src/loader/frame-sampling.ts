import { eitherOf, type Field, nested, oneOf } from '@tgm/options';
import * as fields from '../option-fields.js';
import { denseIndices } from '../sampling/dense-indices.js';
import { type SegmentSampling, segmentIndices } from '../sampling/segment-indices.js';

/** Which frames make a clip. */
export type FrameSampling =
  /** Neighbouring frames, `stride` apart: Kinetics, UCF101, HMDB51. */
  | { readonly kind: 'dense'; readonly stride: number }
  /** One of each of T equal segments of the video: Something-Something, Diving48. */
  | { readonly kind: 'segments' };

/** The same as an option. */
export const frameSamplingField = (): Field<FrameSampling> =>
  eitherOf(
    '{ kind: "dense", stride } with a stride from 1, or { kind: "segments" }',
    nested({ kind: oneOf(['dense']), stride: fields.count() }),
    nested({ kind: oneOf(['segments']) }),
  );

/** [count] frames of a video by their numbers from 0. */
export function framesOf(sampling: FrameSampling, video: SegmentSampling): number[] {
  return sampling.kind === 'dense'
    ? denseIndices({ ...video, stride: sampling.stride })
    : segmentIndices(video);
}
