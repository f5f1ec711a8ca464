import { printable } from './printable.js';

/** Writes a line to standard output. It may hold names from files: control characters are escaped. */
export const say = (text: string): void => console.log(printable(text));

/** The same on standard error. */
export const warn = (text: string): void => console.error(printable(text));
