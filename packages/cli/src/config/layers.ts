/** Options from one place: a preset, a file, a command line. */
export interface Layer {
  readonly values: Readonly<Record<string, unknown>>;
  /** Where an option of it comes from, as it is shown: `--videos`, `tgm.config.json:4:5`, `preset tgm-b-ssv2`. */
  origin(option: string): string;
  /** Where what is wrong stands, `tgm.config.json:4:5, data.layout`; names from the outermost inwards. Absent: nobody wrote it. */
  place?(option: readonly string[], of: 'name' | 'value'): string;
}

/** What tells one kind of options from another: those of the old kind do not hold for the new. */
const KINDS = ['strategy', 'kind'] as const;

/**
 * Values with others over them, as deep as objects go. What is not named stays. A masking of another strategy and a sampling of another
 * kind take the place of the old one as a whole, and so do lists.
 */
export function merged(below: unknown, above: unknown): unknown {
  if (above === undefined) return below;
  if (!isPlain(below) || !isPlain(above) || replaces(below, above)) return above;
  const names = new Set([...Object.keys(below), ...Object.keys(above)]);
  return Object.fromEntries([...names].map((name) => [name, merged(below[name], above[name])]));
}

/** Where an option comes from: the uppermost place that has it, and those below that still have a part in it. */
export function originOf(option: string, layers: readonly Layer[]): string {
  const origins: string[] = [];
  let value: unknown;
  for (const { values, origin } of layers) {
    const above = values[option];
    if (above === undefined) continue;
    if (!isPlain(value) || !isPlain(above) || replaces(value, above)) origins.length = 0;
    origins.unshift(origin(option));
    value = merged(value, above);
  }
  return origins.length === 0 ? 'default' : origins.join(' over ');
}

/** Options within an option; the JSON parser makes objects without a prototype. */
export const isPlain = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' &&
  value !== null &&
  [Object.prototype, null].includes(Object.getPrototypeOf(value));

const replaces = (below: Record<string, unknown>, above: Record<string, unknown>): boolean =>
  KINDS.some((name) => above[name] !== undefined && above[name] !== below[name]);
