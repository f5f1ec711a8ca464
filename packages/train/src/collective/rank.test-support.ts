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

/** Functions of the C library, and how their code begins. */
const FUNCTIONS = ['mmap', 'munmap', 'mremap', 'brk', 'sbrk', 'madvise', 'shmat', 'malloc', 'free'];
const libc = scenario === 'tame' ? (await import('koffi')).default : undefined;
libc?.config({ async_stack_size: 2 ** 23 });
const beginnings = (): string[] => {
  const library = libc!.load('libc.so.6');
  return FUNCTIONS.map((name) => Buffer.from(libc!.view(library.symbol(name), 16)).toString('hex'));
};
const before = libc ? beginnings() : [];

/** Its types are among those of browsers only. */
interface Wasm {
  readonly Module: new (code: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: Record<string, (at: number) => number> };
}

/** Reads behind the end of WebAssembly's memory: `(func (param i32) (result i32) local.get 0 i32.load)`. */
function outOfBounds(): void {
  const code = Buffer.from(
    '0061736d0100000001060160017f017f03020100050301000107050101660000' + '0a0901070020002802000b',
    'hex',
  );
  const { WebAssembly: wasm } = globalThis as unknown as { WebAssembly: Wasm };
  const { f } = new wasm.Instance(new wasm.Module(code)).exports;
  f!(2 ** 24);
}

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
  const came = now();
  await collective.barrier();
  const times = await collective.allGather(new Uint8Array(Float64Array.of(came, now()).buffer));
  const read = times.map((bytes) => new Float64Array(bytes.buffer));
  const lastCame = Math.max(...read.map(([first]) => first!));
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
    await collective.allGather(new Uint8Array(1)).catch(refusal);
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
  case 'tame': {
    const after = beginnings();
    say('changed', FUNCTIONS.filter((_, at) => after[at] !== before[at]).join());
    try {
      outOfBounds();
    } catch (error) {
      say((error as Error).message);
    }
    say(
      'hang-ups',
      /SigCgt:\s*\w*[13579bdf]$/m.test(readFileSync('/proc/self/status', 'utf8')) ? 'caught' : 'left alone',
    );
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
