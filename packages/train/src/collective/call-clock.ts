import type { CallTimes } from './collective.js';

/** Adds up what the calls of a collective take. */
export interface CallClock {
  /** Counts a call. */
  call<Result>(work: () => Promise<Result>): Promise<Result>;
  /** Counts a wait for the other processes, within a call. */
  peers<Result>(work: () => Promise<Result>): Promise<Result>;
  times(): CallTimes;
}

export function callClock(): CallClock {
  const times = { seconds: 0, peerSeconds: 0 };
  const counted =
    (kind: keyof CallTimes) =>
    async <Result>(work: () => Promise<Result>): Promise<Result> => {
      const began = performance.now();
      try {
        return await work();
      } finally {
        times[kind] += (performance.now() - began) / 1000;
      }
    };
  return { call: counted('seconds'), peers: counted('peerSeconds'), times: () => ({ ...times }) };
}
