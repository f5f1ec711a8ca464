import { appendFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';

/**
 * Says lines in a file of this process's own, in the folder that its first argument names. A launcher that ends processes may lose
 * what they wrote last, and mixes long lines of several.
 */
export function say(...words: unknown[]): void {
  appendFileSync(join(process.argv[2]!, `${hostname()}-${process.pid}`), `${words.join(' ')}\n`);
}
