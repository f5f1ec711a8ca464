import { frameLength, type OpenVideo } from '../container/open-video.js';

/** What a decoder says about the time of a frame. */
export interface FrameStamp {
  /** Ticks of the stream's clock; undefined when neither container nor stream tell. */
  readonly stamp: number | undefined;
  /** Ticks; 0 when they do not say. */
  readonly duration: number;
  /** True for a picture that a recording can begin with. */
  readonly key: boolean;
}

/** Seconds by which stamps of one broadcast do not jump ahead: FFmpeg's `dts_delta_threshold`. */
export const LARGEST_GAP = 10;

/**
 * Gives frames their times as they come, in the order of presentation: their stamps, made to rise.
 *
 * - A frame without a stamp follows at the distance of the two before it. Without any stamp yet, the clock begins at 0.
 * - Where a key picture's stamp steps back, another recording was joined on (in MPEG streams also where it jumps ahead by
 *   more than ten seconds): its clock goes on behind the frame before.
 * - Another stamp that does not rise is put half a frame behind the one before, so that the next right one rises again.
 */
export function frameClock(video: OpenVideo): (frame: FrameStamp) => number {
  let before: { time: number; length: number; stuck: boolean } | undefined;
  /** Between the last two frames whose stamps rose. */
  let lastStep: number | undefined;
  /** Seconds by which frames are later than their stamps say; undefined until there is a stamp. */
  let shift: number | undefined;

  const next = ({ stamp, key }: FrameStamp): { time: number; stuck: boolean } => {
    if (before === undefined) {
      if (stamp !== undefined) shift = 0;
      return { time: stamp === undefined ? 0 : video.time(stamp), stuck: false };
    }
    const { time: previous, length, stuck } = before;
    const due = previous + length;
    if (stamp === undefined) return { time: previous + (lastStep ?? length), stuck: false };
    shift ??= due - video.time(stamp);
    const told = video.time(stamp) + shift;
    const step = told - previous;
    if (key && (step <= 0 || (video.header.joinable && step > LARGEST_GAP))) {
      shift += due - told;
      return { time: due, stuck: false };
    }
    if (step > 0) {
      lastStep = step;
      return { time: told, stuck: false };
    }
    return { time: stuck ? due : previous + length / 2, stuck: true };
  };

  return (frame) => {
    const { time, stuck } = next(frame);
    before = { time, stuck, length: frameLength(video, frame.duration, lastStep) };
    return time;
  };
}
