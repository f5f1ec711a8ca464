import type { Rational } from 'node-av/lib';
import { ffmpeg } from '../container/load-ffmpeg.js';

/** The stamps of the frames that are encoded. */
export interface FramePace {
  /** Seconds of a tick. */
  readonly tick: Rational;
  /** Ticks at which frame `t` is shown. */
  stamp(t: number): bigint;
  /** Ticks for which the frame of this stamp is shown. */
  duration(stamp: bigint): bigint;
}

/** One tick a frame. Thousandths of a frame per second cover 29.97 and 23.976. */
export const evenPace = (fps: number): FramePace => ({
  tick: new (ffmpeg().Rational)(1000, Math.round(fps * 1000)),
  stamp: (t) => BigInt(t),
  duration: () => 1n,
});

/** Frames as evenly as a coarse clock of so many ticks a second allows: 29.97 a second are 3 or 4 hundredths each. */
export function tickingPace(fps: number, clock: number): FramePace {
  const stamp = (t: number): bigint => BigInt(Math.round((t * clock) / fps));
  return {
    tick: new (ffmpeg().Rational)(1, clock),
    stamp,
    duration(at) {
      const t = Math.round((Number(at) * fps) / clock);
      return stamp(t + 1) - at;
    },
  };
}

/** Ticks of a second: MPEG's, of which most frame rates have whole numbers. */
const CLOCK = 90_000;

/** Frames at times of their own, at least a tick apart. The last one is shown for 1 / `fps`. */
export function unevenPace(times: ArrayLike<number>, fps: number): FramePace {
  const stamps: bigint[] = [];
  const durations = new Map<bigint, bigint>();
  let before = -1n;
  for (let t = 0; t < times.length; t++) {
    const stamp = BigInt(Math.round((times[t]! - times[0]!) * CLOCK));
    const rising = stamp > before ? stamp : before + 1n;
    if (t > 0) durations.set(before, rising - before);
    stamps.push(rising);
    before = rising;
  }
  const last = BigInt(Math.max(1, Math.round(CLOCK / fps)));
  return {
    tick: new (ffmpeg().Rational)(1, CLOCK),
    stamp: (t) => stamps[t]!,
    duration: (stamp) => durations.get(stamp) ?? last,
  };
}
