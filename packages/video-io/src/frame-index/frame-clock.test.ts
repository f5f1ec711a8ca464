import { expect, it } from 'vitest';
import type { OpenVideo } from '../container/open-video.js';
import { frameClock } from './frame-clock.js';

/** A video whose stamps are hundredths of a second, at 25 frames a second. */
const video = (joinable = false): OpenVideo =>
  ({
    time: (stamp: number) => stamp / 100,
    seconds: (ticks: number) => ticks / 100,
    header: { joinable, meanFrame: 0.04 },
  }) as OpenVideo;

/** Hundredths of a second for stamps, `k` behind those of key pictures, a dash for none. */
function timesOf(stamps: string, { joinable = false, duration = 4 } = {}): string {
  const clock = frameClock(video(joinable));
  return stamps
    .split(' ')
    .map((text) =>
      clock({
        stamp: text.startsWith('-') ? undefined : Number.parseInt(text, 10),
        duration,
        key: text.endsWith('k'),
      }),
    )
    .map((time) => Math.round(time * 100))
    .join(' ');
}

it.each([
  ['stamps that rise, however unevenly', '8k 12 20 21 2000', '8 12 20 21 2000'],
  ['the last frames without stamps, at the distance of the two before', '0k 8 16 - -', '0 8 16 24 32'],
  ['frames before any stamp', '- - 0 4 8', '0 4 8 12 16'],
  ['one stamp for two frames, after which the next is right again', '0k 4 4 8 12', '0 4 6 8 12'],
  ['stamps that stand still', '4k 4 4 4', '4 6 10 14'],
  ['a recording joined on', '0k 4 8 0k 4 8', '0 4 8 12 16 20'],
  ['a key picture far ahead: a long still', '0k 4 2000k 2004', '0 4 2000 2004'],
])('%s', (_, stamps, times) => {
  expect(timesOf(stamps)).toBe(times);
});

it('takes a key picture far ahead for a recording joined on, in streams where they are', () => {
  expect(timesOf('0k 4 2000k 2004', { joinable: true })).toBe('0 4 8 12');
  expect(timesOf('0k 4 800k 804', { joinable: true })).toBe('0 4 800 804');
});

it('goes by the distance of frames where durations are not known', () => {
  expect(timesOf('0k 10 20 0k 10', { duration: 0 })).toBe('0 10 20 30 40');
  expect(timesOf('0k -', { duration: 0 })).toBe('0 4');
});
