/** `npx tsx examples/mission/write-readme.ts`: writes the table of rows into README.md, where a test holds it to the rows. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ROWS } from './rows.js';
import { withTable } from './table-text.js';

const path = join(import.meta.dirname, 'README.md');
await writeFile(path, withTable(await readFile(path, 'utf8'), ROWS));
