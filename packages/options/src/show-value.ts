/** Longer texts are cut: a message is for reading. */
const MOST_CHARACTERS = 80;

/** A value as an error message names it: short, and told apart from others (`1` from `"1"`, NaN from null). */
export function showValue(value: unknown): string {
  const text = whole(value);
  return text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS - 1)}…` : text;
}

function whole(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'function') return `the function ${value.name || '(no name)'}`;
  if (value === null || typeof value !== 'object') return String(value);
  if (Array.isArray(value)) return `[${value.slice(0, MOST_CHARACTERS).map(showValue).join(', ')}]`;
  const kind = Object.getPrototypeOf(value)?.constructor?.name ?? 'Object';
  if (ArrayBuffer.isView(value))
    return `${kind} of ${(value as { length?: number }).length ?? value.byteLength}`;
  if (kind !== 'Object') return `an object of ${kind}`;
  const fields = Object.entries(value).map(([key, field]) => `${key}: ${showValue(field)}`);
  return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`;
}
