import type { Interval } from '@tgm/eval';

/** Figures with their intervals as lines: `top1           66.5  (60.0 to 73.0)`. */
export function figuresText(figures: Readonly<Record<string, Interval>>): string[] {
  const names = Object.keys(figures);
  const width = Math.max(...names.map(({ length }) => length)) + 2;
  return names.map((name) => {
    const { value, from, to } = figures[name]!;
    return `${name.padEnd(width)}${value.toFixed(1).padStart(6)}  (${from.toFixed(1)} to ${to.toFixed(1)})`;
  });
}
