/** How many frames a video has, and when each is on screen. Lies in shared memory, for all threads. */
export interface Timeline {
  /** [frames] seconds on the video's clock, strictly rising. */
  readonly times: Float64Array;
  /** Seconds at which the last frame leaves the screen. */
  readonly end: number;
}

/** [frames] in memory that threads share. */
export function sharedTimes(frameCount: number): Float64Array {
  return new Float64Array(new SharedArrayBuffer(frameCount * Float64Array.BYTES_PER_ELEMENT));
}

/** The frame on screen at a time: the last that began by then; -1 before the first. */
export function frameAt({ times }: Timeline, time: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle]! <= time) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
