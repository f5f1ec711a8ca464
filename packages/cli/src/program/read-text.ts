import { accepts, type Fields } from '@tgm/options';

type Field = Fields[string];

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** Whether an option stands alone on a command line: true or false, and no text. */
export const isFlag = (field: Field): boolean =>
  accepts(field, true) && accepts(field, false) && !accepts(field, 'x');

/** Whether it may be false, which `--no-<option>` says. */
export const isDeniable = (field: Field): boolean => accepts(field, false);

/** Whether a command line can say it at all. Functions and objects of a program cannot be written. */
export const isWritable = (field: Field): boolean => !accepts(field, () => undefined);

/**
 * What the texts behind an option stand for: the first of a text, a number, JSON and a list that the field takes. Where it takes
 * none of them, a number that is spelt in digits, or the text, for the field to refuse.
 */
export function valueOfTexts(field: Field | undefined, texts: readonly string[]): unknown {
  const [only] = texts;
  const numbers = texts.map((text) => (NUMBER.test(text) ? Number(text) : text));
  const single = texts.length === 1 ? [only, numbers[0], jsonOf(only!)] : [];
  const readings = [...single, texts, numbers];
  const taken = field && readings.find((value) => value !== undefined && accepts(field, value));
  return taken ?? (texts.length === 1 ? numbers[0] : texts);
}

function jsonOf(text: string): unknown {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
