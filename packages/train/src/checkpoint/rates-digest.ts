import { createHash } from 'node:crypto';
import type { Schedule } from '../schedules/schedule.js';

/** SHA-256 of the learning rates of the first steps, as the optimiser gets them: 32-bit numbers. */
export function ratesDigest(schedule: Schedule, steps: number): string {
  const rates = Float32Array.from({ length: steps }, (_, step) => schedule.at(step));
  return createHash('sha256').update(new Uint8Array(rates.buffer)).digest('hex');
}
