import { printable } from './printable.js';

let silent = false;

/**
 * From here on `say`, `warn` and `progress` say nothing: of processes that work together one speaks for all. Why it failed a process
 * says by `complain`.
 */
export function beSilent(): void {
  silent = true;
}

export const isSilent = (): boolean => silent;

/** Writes a line to standard output. It may hold names from files: control characters are escaped. */
export const say = (text: string): void => {
  if (!silent) console.log(printable(text));
};

/** The same on standard error. */
export const warn = (text: string): void => {
  if (!silent) complain(text);
};

/** The same from every process. */
export const complain = (text: string): void => console.error(printable(text));
