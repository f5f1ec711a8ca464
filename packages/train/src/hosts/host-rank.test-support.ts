import { execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { mpiProcesses } from '../collective/mpi-processes.js';
import { say } from '../collective/say.test-support.js';
import { constantSchedule } from '../schedules/constant.js';
import type { StepEvent } from '../trainer/events.js';
import { rankTraining, WHOLE } from '../trainer/rank-training.test-support.js';
import { CARD } from './two-hosts.test-support.js';

/** One process of a training on several hosts; says what it came to. */
const [scenario, folder] = process.argv.slice(3);
const collective = await mpiProcesses(scenario === 'cut' ? { patience: 5 } : {});
const { rank, size } = collective;
const STEPS = 10;

/** Bytes that this host has sent to others. */
function sentBytes(): number {
  const lines = readFileSync('/proc/net/dev', 'utf8').split('\n');
  const card = lines.find((line) => line.trim().startsWith(`${CARD}:`))!;
  return Number(card.split(':')[1]!.trim().split(/\s+/)[8]);
}

const train = (options: Parameters<typeof rankTraining>[2]) =>
  rankTraining('both', WHOLE, { collective, ...options });

if (scenario === 'train') {
  say('on', hostname());
  await collective.barrier();
  let before = sentBytes();
  await collective.allReduceSum(new Float32Array(2 ** 20));
  await collective.barrier();
  say('sent', sentBytes() - before);

  const first = await train({ gradients: true, steps: 1 });
  before = sentBytes();
  const ten = await train({
    steps: STEPS,
    // The link of the last host goes away in the midst of it, for two seconds.
    onStep({ step }) {
      if (rank !== size - 1 || step !== 3) return;
      execFileSync('ip', ['link', 'set', CARD, 'down']);
      spawn('sh', ['-c', `sleep 2; ip link set ${CARD} up`], { stdio: 'ignore' });
    },
  });
  const bytesOfStep = (sentBytes() - before) / STEPS;
  if (rank === 0) say('result', JSON.stringify({ both: { first, ten } }));

  // What a step sends takes half a second.
  const bytesPerSecond = Math.ceil(bytesOfStep * 2);
  const queue = ['rate', `${8 * bytesPerSecond}bit`, 'burst', '8kb', 'latency', '2s'];
  execFileSync('tc', ['qdisc', 'add', 'dev', CARD, 'root', 'tbf', ...queue]);
  const steps: StepEvent[] = [];
  before = sentBytes();
  await train({ steps: STEPS, onStep: (event) => steps.push(event) });
  const sum = (of: (event: StepEvent) => number) => steps.reduce((total, event) => total + of(event), 0);
  const told = {
    need: (sentBytes() - before) / bytesPerSecond,
    seconds: sum(({ seconds }) => seconds),
    reduceWait: sum(({ reduceWaitSeconds = 0 }) => reduceWaitSeconds),
    peerWait: sum(({ peerWaitSeconds = 0 }) => peerWaitSeconds),
  };
  say('slow', JSON.stringify(told));
  execFileSync('tc', ['qdisc', 'del', 'dev', CARD, 'root']);
} else {
  await train({
    schedule: constantSchedule({ base: 1e-3 }),
    steps: 1_000_000,
    checkpoint: { folder: folder!, every: 1000 },
    onStep({ step }) {
      if (step !== 5) return;
      say('stepping');
      if (rank === size - 1) execFileSync('ip', ['link', 'set', CARD, 'down']);
    },
  });
}
await collective.close();
