import type { StepEvent } from '../../trainer/events.js';
import type { Pace } from './pace.js';

/** What a line says of a step, the most important first. */
export function stepText(
  { step, steps, terms, figures, learningRate }: StepEvent,
  { clipsPerSecond, waiting, reducing, secondsLeft }: Pace,
  residentBytes: number,
): string {
  const told = Object.entries(terms).map(([name, value]) => {
    const baseline = figures[`${name} baseline`];
    return `${name} ${short(value)}${baseline === undefined ? '' : ` of ${short(baseline)}`}`;
  });
  return [
    `step ${step} of ${steps}`,
    ...told,
    ...(secondsLeft === undefined ? [] : [`${duration(secondsLeft)} left`]),
    `${short(clipsPerSecond)} clips/s`,
    `${percent(waiting)} waits for data`,
    ...(reducing
      ? [`${percent(reducing.share)} reduce-wait (${percent(reducing.peers)} for other ranks)`]
      : []),
    `rate ${short(learningRate)}`,
    `${(residentBytes / 2 ** 30).toFixed(1)} GiB`,
  ].join(', ');
}

const percent = (share: number): string => `${Math.round(100 * share)} %`;

/** Three digits that count: 0.834, 35.2, 1.5e-4. */
export function short(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e6)) return String(Number(value.toPrecision(3)).toExponential());
  return String(size >= 1000 ? Math.round(value) : Number(value.toPrecision(3)));
}

/** 75 -> "1 min 15 s". */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min ${whole % 60} s`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}
