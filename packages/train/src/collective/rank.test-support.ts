import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { collectiveContract } from './collective-contract.js';
import { mpiProcesses } from './mpi-processes.js';
import { say } from './say.test-support.js';
import { singleProcess } from './single-process.js';

/** One process among several: does what it is told to, and says what came of it, a line each. */
const [scenario, library] = process.argv.slice(3);

const refusal = (error: unknown) => {
  const { code, message } = error as { code: string; message: string };
  say('refused', code, message);
};

let collective = await mpiProcesses(library === undefined ? {} : { library }).catch((error) => {
  refusal(error);
  process.exit(2);
});
const { rank, size } = collective;
const last = rank === size - 1;
/** Across the processes of a machine. */
const now = () => performance.timeOrigin + performance.now();

/** The last rank comes late, and all say when they came and left. */
async function barrierHolds(): Promise<void> {
  await delay(last ? 300 : 0);
  const before = now();
  await collective.barrier();
  const times = await collective.allGather(new Uint8Array(Float64Array.of(before, now()).buffer));
  const read = times.map((bytes) => new Float64Array(bytes.buffer));
  const lastCame = Math.max(...read.map(([came]) => came!));
  const firstLeft = Math.min(...read.map(([, left]) => left!));
  say(firstLeft >= lastCame ? 'barrier held' : `barrier left ${lastCame - firstLeft} ms early`);
}

/** Not before the others have said what they have to: the first that ends with a code ends them. */
const leave = () => delay(500).then(() => process.exit(3));

switch (scenario) {
  case 'contract': {
    for (const { name, run } of collectiveContract(collective)) {
      await run();
      if (rank === 0) say('holds:', name);
    }
    // Thirds have no end in binary: their sums depend on the order.
    const sums = Float32Array.from({ length: 4099 }, (_, at) => 1 / (3 * (at + 1) * (rank + 1)));
    await collective.allReduceSum(sums);
    await barrierHolds();
    say('digest', createHash('sha256').update(new Uint8Array(sums.buffer)).digest('hex'));
    break;
  }
  case 'lengths':
    await collective.allReduceSum(new Float32Array(last ? 5 : 4)).catch(refusal);
    // It stays refused.
    await collective.barrier().catch(refusal);
    await leave();
    break;
  case 'calls':
    await (last ? collective.barrier() : collective.broadcast(new Uint8Array(9))).catch(refusal);
    await leave();
    break;
  case 'numbers':
    await collective.broadcast([1, 2] as unknown as Float32Array).catch(refusal);
    await leave();
    break;
  case 'again':
    await mpiProcesses().catch(refusal);
    break;
  case 'stays': {
    await collective.close();
    collective = singleProcess();
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    for (let times = 0; times < 10; times++) {
      collect();
      await delay(5);
    }
    say(/libmpi(ch)?\.so/.test(readFileSync('/proc/self/maps', 'utf8')) ? 'loaded' : 'gone');
    process.exit();
    break;
  }
  case 'is killed':
    if (last) process.kill(process.pid, 'SIGKILL');
    await collective.barrier();
    break;
  case 'throws':
    if (last) throw new Error('a rank threw');
    await collective.barrier();
    break;
  case 'goes':
    // As if there were nothing more to do, with code 0.
    if (last) process.exit();
    await collective.barrier();
    break;
  case 'aborts':
    if (last) collective.abort(5);
    await collective.barrier();
    break;
  case 'goes while it waits':
    if (!last) setTimeout(() => process.exit(6), 100);
    await (last ? delay(60_000) : collective.barrier());
    break;
  case 'goes while a thread waits':
    // The other stops in the midst of a sum, as a host does that is cut off.
    if (last) setTimeout(() => process.kill(process.pid, 'SIGSTOP'), 50);
    else setTimeout(() => process.exit(7), 1500);
    for (;;) await collective.allReduceSum(new Float32Array(2 ** 24));
}
await collective.close();
await collective.barrier().catch((error) => (scenario === 'contract' ? refusal(error) : undefined));
say('closed', rank, 'of', size);
