import { closeSync } from 'node:fs';
import { mpiProcesses } from './mpi-processes.js';

/** One process of two, of which the last ends with a code, without a word, and the other waits for it. */
const collective = await mpiProcesses();
const [exitCode, how] = process.argv.slice(3);
if (collective.rank === 1) {
  if (how === 'unheard') closeSync(process.stderr.fd);
  process.exit(Number(exitCode));
}
await collective.barrier();
