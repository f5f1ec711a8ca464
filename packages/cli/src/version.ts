import { readFileSync } from 'node:fs';

/** The version of this package. This file lies in `src` itself, as deep as what is built of it lies in `dist`. */
export const version = (): string =>
  JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version;
