/**
 * Learning rate at a step: up in a straight line from 0 over `warmup` steps, then down to 0 along half a cosine (Loshchilov and
 * Hutter 2017).
 */
export function cosineRate(base: number, step: number, steps: number, warmup = 0): number {
  if (step < warmup) return (base * step) / warmup;
  return 0.5 * base * (1 + Math.cos((Math.PI * (step - warmup)) / Math.max(1, steps - warmup)));
}
