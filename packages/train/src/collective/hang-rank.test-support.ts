import { setTimeout as delay } from 'node:timers/promises';
import koffi from 'koffi';
import type { TrainError } from '../errors.js';
import { mpiProcesses } from './mpi-processes.js';
import { say } from './say.test-support.js';

/** One process of two, of which one hangs; the other says what it learns of that. */
const [where, how, which] = process.argv.slice(3);
koffi.config({ async_stack_size: 2 ** 23 });
const rankOf = process.env.OMPI_COMM_WORLD_RANK ?? process.env.PMI_RANK;
const hangs = rankOf === which;

function hang(): void {
  say('hangs');
  if (how === 'stopped') process.kill(process.pid, 'SIGSTOP');
  else if (how === 'loop') for (;;);
  else koffi.load('libc.so.6').func('sleep', 'uint', ['uint'])(3600);
}

try {
  if (where === 'start' && hangs) hang();
  const collective = await mpiProcesses({ patience: where === 'work' ? 4 : 2 });
  if (where === 'sum' && hangs) setTimeout(hang, 300);
  // It waits itself as it stops.
  if (where === 'wait' && hangs) {
    const waits = collective.barrier();
    await delay(500);
    hang();
    await waits;
  }
  if (where === 'wait') await delay(1500);
  if (where === 'sum') for (;;) await collective.allReduceSum(new Float32Array(2 ** 22));
  await collective.barrier();
  if (where === 'end' && hangs) hang();
  // Longer than the patience, with a loop that turns: no hang.
  if (where === 'work' && hangs) await delay(9000);
  await collective.close();
  say('closed');
} catch (error) {
  const { code, message } = error as TrainError;
  say('refused', code, message);
  // At the start as a program does that has nothing else to do: it is to end by itself.
  if (where === 'start') process.exitCode = 1;
  else process.exit(1);
}
