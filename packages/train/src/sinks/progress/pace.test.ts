import { describe, expect, it } from 'vitest';
import { stepEvent } from '../tiny-run.test-support.js';
import { paceMeter } from './pace.js';

describe('paceMeter', () => {
  it('counts the time left from the steps behind the first one, which compiles', () => {
    const hear = paceMeter();
    const first = hear(stepEvent(1, { seconds: 60, clipsPerSecond: 0.5, dataWaitSeconds: 15 }), 60);
    expect(first).toEqual({
      ...{ clipsPerSecond: 0.5, waiting: 0.25 },
      ...{ reducing: undefined, secondsLeft: undefined },
    });
    hear(stepEvent(2, { seconds: 1, clipsPerSecond: 32, dataWaitSeconds: 0 }), 61);
    const third = hear(stepEvent(3, { seconds: 3, clipsPerSecond: 32 / 3, dataWaitSeconds: 1 }), 64);
    // 97 steps of 2 seconds; 64 clips in 4 seconds, one of them waited.
    expect(third.secondsLeft).toBeCloseTo(194, 9);
    expect(third.clipsPerSecond).toBeCloseTo(16, 9);
    expect(third.waiting).toBeCloseTo(0.25, 9);
  });

  it('tells the shares of the collective, of several processes', () => {
    const hear = paceMeter();
    const waits = (step: number, seconds: number, reduceWaitSeconds: number, peerWaitSeconds: number) =>
      hear(stepEvent(step, { seconds, reduceWaitSeconds, peerWaitSeconds }), step).reducing;
    expect(waits(1, 10, 5, 4)).toEqual({ share: 0.5, peers: 0.4 });
    waits(2, 1, 0.5, 0.25);
    // A second and a half of four seconds, half a second of it for others.
    const third = waits(3, 3, 1, 0.25)!;
    expect(third.share).toBeCloseTo(1.5 / 4, 9);
    expect(third.peers).toBeCloseTo(0.5 / 4, 9);
  });

  it('passes over all steps of the first call of the engine', () => {
    const hear = paceMeter();
    for (const step of [1, 2, 3, 4])
      expect(hear(stepEvent(step, { seconds: 9 }), 36).secondsLeft).toBeUndefined();
    for (const step of [5, 6, 7]) hear(stepEvent(step, { seconds: 0.5 }), 38);
    expect(hear(stepEvent(8, { seconds: 0.5 }), 38).secondsLeft).toBeCloseTo(92 * 0.5, 9);
  });

  it('counts what comes between the steps, such as evaluations', () => {
    const hear = paceMeter();
    hear(stepEvent(1, { seconds: 5 }), 5);
    hear(stepEvent(2, { seconds: 1 }), 6);
    // Eight seconds of an evaluation.
    expect(hear(stepEvent(3, { seconds: 1 }), 15).secondsLeft).toBeCloseTo(97 * (1 + 8 / 2), 9);
  });

  it('follows a pace that changes', () => {
    const hear = paceMeter();
    let now = 0;
    let left: number | undefined;
    for (let step = 1; step <= 900; step++) {
      const seconds = step < 300 ? 1 : 2;
      now += seconds;
      left = hear(stepEvent(step, { steps: 1000, seconds: step === 1 ? 1.5 : seconds }), now).secondsLeft;
    }
    expect(left).toBeGreaterThan(195);
    expect(left).toBeLessThanOrEqual(200.1);
  });
});
