import { mpiProcesses } from './mpi-processes.js';

/** One process of two, of which the last ends with a code, without a word, and the other waits for it. */
const collective = await mpiProcesses();
if (collective.rank === 1) process.exit(Number(process.argv[3]));
await collective.barrier();
