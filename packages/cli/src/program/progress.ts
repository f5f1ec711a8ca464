import { printable } from './printable.js';
import { isSilent } from './say.js';

/** Shows how far a stage is: one line that changes on a terminal, a line every few seconds elsewhere. */
export interface Progress {
  /** Says how much is done; `note` stands behind the counts. */
  update(done: number, note?: string): void;
  /** Ends the stage's line; returns the seconds it took. */
  end(note?: string): number;
}

const SECONDS_BETWEEN_LINES = 5;
const SECONDS_BETWEEN_REDRAWS = 0.1;

/**
 * @param before What an earlier run did of `total`: it is done, and says nothing about the speed.
 * @param stream Where the line is shown. A program whose output is read by others shows it on standard error.
 */
export function progress(
  stage: string,
  total: number,
  unit: string,
  before = 0,
  stream: NodeJS.WriteStream = process.stdout,
): Progress {
  const started = performance.now();
  let shownAt = 0;
  const seconds = (): number => (performance.now() - started) / 1000;
  const show = (line: string, last: boolean): void => {
    if (isSilent()) return;
    const text = printable(line);
    if (!stream.isTTY) stream.write(`${text}\n`);
    else if (last) stream.write(`\r\u001b[2K${text}\n`);
    // A line that wraps could not be drawn over.
    else stream.write(`\r\u001b[2K${text.slice(0, stream.columns - 1)}`);
  };
  return {
    update(done, note = '') {
      const pause = stream.isTTY ? SECONDS_BETWEEN_REDRAWS : SECONDS_BETWEEN_LINES;
      if (seconds() - shownAt < pause) return;
      shownAt = seconds();
      const rate = (done - before) / Math.max(seconds(), 1e-3);
      const left = rate > 0 ? `, ${duration((total - done) / rate)} left` : '';
      show(
        `  ${stage}: ${done} of ${total} ${unit}, ${rate.toFixed(rate < 10 ? 1 : 0)}/s${left}${note && `, ${note}`}`,
        false,
      );
    },
    end(note = '') {
      show(`  ${stage}: done in ${duration(seconds())}${note && `, ${note}`}`, true);
      return seconds();
    },
  };
}

/** 4.2 -> "4.2 s", 75 -> "1 min 15 s", 3840 -> "1 h 4 min", 200000 -> "2 d 7 h". */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${seconds < 9.95 ? seconds.toFixed(1) : whole} s`;
  const [minutes, hours] = [Math.floor(whole / 60), Math.floor(whole / 3600)];
  if (hours < 1) return `${minutes} min ${whole % 60} s`;
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}
