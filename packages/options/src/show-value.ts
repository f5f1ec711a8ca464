/** Longer texts are cut: a message is for reading. */
const MOST_CHARACTERS = 80;

/** Lists within lists are told this deep. So an object that holds itself has an end too. */
const DEEPEST = 3;

/** A value as an error message names it: short, and told apart from others (`1` from `"1"`, NaN from null). */
export function showValue(value: unknown): string {
  return shortened(value, 0);
}

function shortened(value: unknown, depth: number): string {
  const text = whole(value, depth);
  return text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS - 1)}…` : text;
}

function whole(value: unknown, depth: number): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'function') return `the function ${value.name || '(no name)'}`;
  if (value === null || typeof value !== 'object') return String(value);
  if (depth > DEEPEST) return '…';
  const inner = (each: unknown) => shortened(each, depth + 1);
  if (Array.isArray(value)) return `[${value.slice(0, MOST_CHARACTERS).map(inner).join(', ')}]`;
  const kind = Object.getPrototypeOf(value)?.constructor?.name ?? 'Object';
  if (ArrayBuffer.isView(value))
    return `${kind} of ${(value as { length?: number }).length ?? value.byteLength}`;
  if (kind !== 'Object') return `an object of ${kind}`;
  const fields = Object.entries(value)
    .slice(0, MOST_CHARACTERS)
    .map(([key, field]) => `${key}: ${inner(field)}`);
  return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`;
}
