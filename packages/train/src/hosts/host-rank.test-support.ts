import { execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { mpiProcesses } from '../collective/mpi-processes.js';
import { say } from '../collective/say.test-support.js';
import type { StepEvent } from '../trainer/events.js';
import { type Cut, rankTraining } from '../trainer/rank-training.test-support.js';
import { CARD } from './two-hosts.test-support.js';

/** One process of a training on several hosts; says what it came to. */
const [scenario] = process.argv.slice(3);
const collective = await mpiProcesses();
const { rank, size } = collective;
const cut: Cut = { batchSize: 8, accumulate: 1 };

/** Bytes that this host has sent to others. */
function sentBytes(): number {
  const line = readFileSync('/proc/net/dev', 'utf8')
    .split('\n')
    .find((each) => each.trim().startsWith(`${CARD}:`));
  return Number(line!.split(':')[1]!.trim().split(/\s+/)[8]);
}

const train = (options: Parameters<typeof rankTraining>[2]) =>
  rankTraining('both', cut, { collective, ...options });

if (scenario === 'train') {
  say('on', hostname());
  await collective.barrier();
  let before = sentBytes();
  await collective.allReduceSum(new Float32Array(2 ** 20));
  await collective.barrier();
  say('sent', sentBytes() - before);

  say('T first', Date.now());
  const first = await train({ gradients: true, steps: 1 });
  before = sentBytes();
  say('T ten', Date.now());
  const ten = await train({
    // The link goes away for two seconds, in the midst of the training.
    onStep({ step }) {
      if (rank !== size - 1 || step !== 3) return;
      execFileSync('ip', ['link', 'set', CARD, 'down']);
      spawn('sh', ['-c', `sleep 2; ip link set ${CARD} up`], { stdio: 'ignore' });
    },
  });
  const bytesOfStep = (sentBytes() - before) / 10;
  if (rank === 0) say('result', JSON.stringify({ first, ten }));

  say('T slow', Date.now());
  // Half a second for what a step sends.
  const bitsPerSecond = Math.ceil(bytesOfStep * 8 * 2);
  execFileSync('tc', [
    ...['qdisc', 'add', 'dev', CARD, 'root', 'tbf'],
    ...['rate', `${bitsPerSecond}bit`, 'burst', '8kb', 'latency', '2s'],
  ]);
  const steps: StepEvent[] = [];
  before = sentBytes();
  await train({ steps: 5, onStep: (event) => steps.push(event) });
  const waits = steps.map(({ seconds, reduceWaitSeconds, peerWaitSeconds }) => ({
    seconds,
    reduceWaitSeconds,
    peerWaitSeconds,
  }));
  say('slow', JSON.stringify({ bitsPerSecond, bytes: sentBytes() - before, waits }));
  execFileSync('tc', ['qdisc', 'del', 'dev', CARD, 'root']);
} else {
  await train({ steps: 1_000_000, onStep: ({ step }) => step === 5 && say('stepping') });
}
say('closing', Date.now());
await collective.close();
say('closed', Date.now());process.on('exit',()=>say('exit',Date.now()));
