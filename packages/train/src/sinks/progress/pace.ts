import type { StepEvent } from '../../trainer/events.js';

/** Steps over which a pace is averaged. */
const WINDOW = 50;

/** How fast a run goes, by the steps since it began or went on. */
export interface Pace {
  /** Of a clip, the wait for data among them. */
  readonly clipsPerSecond: number;
  /** Share of the steps' time that waits for data, [0, 1]. */
  readonly waiting: number;
  /** Share that is spent in calls of the collective, and the part of it that waits for other processes; where there are several. */
  readonly reducing: { readonly share: number; readonly peers: number } | undefined;
  /** Until the last step; undefined as long as only the first call of the engine is done, which compiles the step. */
  readonly secondsLeft: number | undefined;
}

/** Hears the steps of a run, each with the seconds of a clock at which it was told. */
export function paceMeter(): (event: StepEvent, now: number) => Pace {
  let first: { readonly seconds: number; now: number; others: number } | undefined;
  let counted = 0;
  const mean = { seconds: 0, waiting: 0, clips: 0, reducing: 0, peers: 0 };
  return (event, now) => {
    const { step, steps, seconds, dataWaitSeconds, clipsPerSecond } = event;
    const { reduceWaitSeconds, peerWaitSeconds = 0 } = event;
    const several = reduceWaitSeconds !== undefined;
    first ??= { seconds, now, others: 0 };
    // The steps of a call share its time: these are of the first one.
    const compiles = counted === 0 && seconds === first.seconds;
    if (compiles) {
      first.now = now;
    } else {
      counted += 1;
      first.others += seconds;
      const weight = 1 / Math.min(counted, WINDOW);
      mean.seconds += weight * (seconds - mean.seconds);
      mean.waiting += weight * (dataWaitSeconds - mean.waiting);
      mean.clips += weight * (clipsPerSecond * seconds - mean.clips);
      mean.reducing += weight * ((reduceWaitSeconds ?? 0) - mean.reducing);
      mean.peers += weight * (peerWaitSeconds - mean.peers);
    }
    if (counted === 0) {
      return {
        clipsPerSecond,
        waiting: share(dataWaitSeconds, seconds),
        reducing: several
          ? { share: share(reduceWaitSeconds, seconds), peers: share(peerWaitSeconds, seconds) }
          : undefined,
        secondsLeft: undefined,
      };
    }
    // Evaluations and checkpoints take time beside the steps.
    const beside = Math.max(0, now - first.now - first.others) / counted;
    return {
      clipsPerSecond: mean.clips / mean.seconds,
      waiting: share(mean.waiting, mean.seconds),
      reducing: several
        ? { share: share(mean.reducing, mean.seconds), peers: share(mean.peers, mean.seconds) }
        : undefined,
      secondsLeft: (steps - step) * (mean.seconds + beside),
    };
  };
}

const share = (part: number, whole: number): number => Math.min(1, part / whole);
