/** A wait for other processes in hand. */
export interface Wait {
  /** To be asked every now and then. Whether it has lasted too long. */
  over(): boolean;
  /** Whole seconds for which it has lasted. */
  seconds(): number;
  /** Whether anybody of this process waits for its end. */
  wanted(): boolean;
}

/**
 * How long this process waits for a sign of life of another. A process whose event loop turns gives one every few seconds. One that
 * computes gives none, for a call of the engine blocks its loop; the first takes longest, since the engine prepares the graph in it.
 * All processes compute alike. So the patience grows with the longest time for which this process's own loop stood still.
 */
export interface Patience {
  /** To be called whenever the loop turns. @returns milliseconds since the last turn. */
  turn(): number;
  /** The processes have met: how long they took to start says nothing of what comes. */
  met(): void;
  /** Begins a wait, which counts while it is `wanted`. */
  wait(wanted?: () => boolean): Wait;
}

/** Times as long as this process's loop stood still. Processes may differ so much in speed, or by other work on their machine. */
const FACTOR = 4;

/** Share of the patience for which other ranks wait longer than rank 0, which has steps to save. */
export const LONGER = 0.5;

/** What to do about an error `RANK_SILENT`. */
export const PATIENCE_ADVICE =
  'Where a rank only takes long, in a computation that lets nothing else run, raise the option patience.';

/** What to do where processes have not even begun together. */
export const START_ADVICE =
  'One of them is stopped, or its host or disk is slow to start it; MPI does not tell which. Where a start takes that long, raise the option patience.';

/** Milliseconds between two turns that count at most. A job that was paused as a whole was not waited for. */
const TURN = 1000;

/** @param seconds for which this process waits at least. */
export function patienceOf(seconds: number, rank: () => number): Patience {
  // From the start of the process.
  let last = 0;
  let longest = 0;
  const turn = (): number => {
    const now = performance.now();
    const still = now - last;
    last = now;
    longest = Math.max(longest, still);
    return still;
  };
  return {
    turn,
    met() {
      turn();
      longest = 0;
    },
    wait(wanted = () => true) {
      turn();
      let waited = 0;
      return {
        wanted,
        seconds: () => Math.round(waited / 1000),
        over() {
          const still = turn();
          if (wanted()) waited += Math.min(still, TURN);
          const longer = rank() === 0 ? 0 : LONGER * seconds * 1000;
          return waited > Math.max(seconds * 1000, FACTOR * longest) + longer;
        },
      };
    },
  };
}
