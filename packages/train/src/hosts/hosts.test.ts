import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Ended, ended, LAUNCHABLE } from '../collective/launch.test-support.js';
import type { MpiLibrary } from '../collective/mpi-libraries.js';
import { singleProcess } from '../collective/single-process.js';
import { type BothTrainings, requireEqualTrainings } from '../trainer/equal-trainings.test-support.js';
import { rankTraining, WHOLE } from '../trainer/rank-training.test-support.js';
import { CARD, type Host, noHosts, type TwoHosts, twoHosts } from './two-hosts.test-support.js';

vi.setConfig({ testTimeout: 300_000 });

const missing = noHosts();
const PROGRAM = '../hosts/host-rank.test-support.ts';

let hosts: TwoHosts;
beforeAll(async () => {
  if (!missing) hosts = await twoHosts();
});
afterAll(() => hosts?.remove());

/** Code of `timeout` where it had to end what it ran. */
const ENDED_FROM_OUTSIDE = 124;

/** @param most Seconds after which the launcher is ended from outside. */
const launch = (library: MpiLibrary, most: number, ...values: string[]): Promise<Ended> =>
  ended(PROGRAM, values, ['timeout', `${most}`, ...hosts.launcher(library, 2)], hosts.run);

/** Processes of a job that have not ended. */
const ranksOn = (host: Host): number =>
  hosts
    .on(host, 'ps -eo stat=,args=')
    .split('\n')
    .filter((line) => line.includes('host-rank') && !/^Z|\bsh -c\b|hydra|orted/.test(line)).length;

const told = (lines: readonly string[], word: string): string[] =>
  lines.filter((line) => line.startsWith(`${word} `)).map((line) => line.slice(word.length + 1));

interface Slow {
  /** Seconds that the bytes that a host sent take on its link. */
  readonly need: number;
  readonly seconds: number;
  readonly reduceWait: number;
  readonly peerWait: number;
}

describe.each(LAUNCHABLE)(`two hosts${missing ? `, not here (${missing})` : ''}, by $title`, (each) => {
  const { library, there } = each;
  it.skipIf(!there || missing)(
    'learn what one process does, wait for a link that comes back, and tell of a slow one',
    async () => {
      const { lines, code } = await launch(library, 250, 'train');
      expect({ code, hosts: told(lines, 'on').sort() }).toEqual({ code: 0, hosts: ['host1', 'host2'] });
      // 4 MiB each: it went by the network, not by shared memory.
      const sent = told(lines, 'sent').map(Number);
      expect(sent).toHaveLength(2);
      for (const bytes of sent) expect(bytes).toBeGreaterThan(4 * 2 ** 20);

      const { both } = JSON.parse(told(lines, 'result')[0]!) as { both: BothTrainings };
      const collective = singleProcess();
      const first = await rankTraining('both', WHOLE, { collective, gradients: true, steps: 1 });
      const ten = await rankTraining('both', WHOLE, { collective });
      await requireEqualTrainings('both', { first, ten }, both);

      const slows = told(lines, 'slow').map((line) => JSON.parse(line) as Slow);
      expect(slows).toHaveLength(2);
      for (const { need, seconds, reduceWait, peerWait } of slows) {
        // It is the link that is slow, not the other process. Some of it travels while the processes compute.
        expect(reduceWait - peerWait).toBeGreaterThan(0.5 * need);
        expect(reduceWait).toBeLessThanOrEqual(seconds);
      }
    },
  );

  it.skipIf(!there || missing)('end on both where the link is cut for good', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'cut-'));
    try {
      const { lines, code } = await launch(library, 120, 'cut', folder);
      expect(lines).toEqual(['stepping', 'stepping']);
      // Open MPI's launcher notices it first, and kills; now and then it then waits without end, for nobody.
      // Under MPICH rank 0 does, and saves the steps that are done.
      expect(library.name === 'mpich' ? [1] : [205, ENDED_FROM_OUTSIDE]).toContain(code);
      if (library.name === 'mpich') expect((await readdir(folder)).join()).toMatch(/step-0000000\d/);
      for (const host of ['host1', 'host2'] as const) await vi.waitUntil(() => ranksOn(host) === 0, 120_000);
    } finally {
      hosts.on('host2', `ip link set ${CARD} up`);
      await rm(folder, { recursive: true });
    }
  });
});
