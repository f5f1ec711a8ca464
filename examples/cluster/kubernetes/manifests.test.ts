import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Job } from 'kubernetes-types/batch/v1.js';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import type { MpiJob } from './mpi-job.ts';
import { typeErrors } from './typed.test-support.ts';

const read = (file: string) => parse(readFileSync(join(import.meta.dirname, file), 'utf8'));
const prepare = read('prepare.yaml') as Job;
const train = read('train.yaml') as MpiJob;

/** A copy of a document with something else in it. */
// biome-ignore lint/suspicious/noExplicitAny: what is written need not fit
const changed = (document: Job | MpiJob, change: (copy: any) => void) => {
  const copy = structuredClone(document) as { kind: string };
  change(copy);
  return copy;
};

it('the manifests have the fields of their kinds, of the right types, and none besides', () => {
  const errors = typeErrors({
    prepare: prepare as { kind: string },
    train,
    misspelt: changed(prepare, ({ spec }) => {
      spec.completionMod = 'Indexed';
    }),
    deep: changed(prepare, ({ spec }) => {
      spec.template.spec.containers[0].resource = {};
    }),
    text: changed(prepare, ({ spec }) => {
      spec.completions = '16';
    }),
    policy: changed(train, ({ spec }) => {
      spec.launcherCreationPolicy = 'Later';
    }),
    pod: changed(train, ({ spec }) => {
      spec.mpiReplicaSpecs.Worker.template.spec.containers[0].readiness = {};
    }),
    missing: changed(train, ({ spec }) => {
      delete spec.mpiReplicaSpecs.Worker;
    }),
  });
  expect(errors).toEqual({
    prepare: [],
    train: [],
    misspelt: [expect.stringContaining(`'"completionMod"' does not exist`)],
    deep: [expect.stringContaining(`'"resource"' does not exist`)],
    text: [expect.stringContaining("'string' is not assignable to type 'number'")],
    policy: [expect.stringContaining('"Later"')],
    pod: [expect.stringContaining(`'"readiness"' does not exist`)],
    missing: [expect.stringContaining("'Worker' is missing")],
  });
});

it('each pod prepares the part of its index, and gives up what no retry mends', () => {
  const { completions, completionMode, backoffLimitPerIndex, podFailurePolicy, template } = prepare.spec!;
  const [container] = template.spec!.containers;
  expect(container!.args!.slice(-2)).toEqual(['--shard', `$(JOB_COMPLETION_INDEX)/${completions}`]);
  expect(container!.env!.map(({ name }) => name)).toContain('JOB_COMPLETION_INDEX');
  // What FailIndex asks for.
  expect([completionMode, template.spec!.restartPolicy]).toEqual(['Indexed', 'Never']);
  expect(backoffLimitPerIndex).toBeGreaterThan(0);
  expect(podFailurePolicy!.rules.find(({ action }) => action === 'FailIndex')?.onExitCodes?.values).toEqual([
    64,
  ]);
});

it('there are as many ranks as slots, and workers listen where the launcher calls', () => {
  const { slotsPerWorker, mpiReplicaSpecs, sshAuthMountPath } = train.spec;
  const { Launcher, Worker } = mpiReplicaSpecs;
  const [launcher] = Launcher.template.spec!.containers;
  const ranks = launcher!.command![launcher!.command!.indexOf('-n') + 1];
  expect(Number(ranks)).toBe(slotsPerWorker! * Worker.replicas!);
  const [worker] = Worker.template.spec!.containers;
  const text = (file: string) => readFileSync(join(import.meta.dirname, file), 'utf8');
  const port = worker!.readinessProbe!.tcpSocket!.port;
  expect(text('sshd_config')).toMatch(new RegExp(`^Port ${port}$`, 'm'));
  expect(text('ssh_config')).toMatch(new RegExp(`^ +Port ${port}$`, 'm'));
  expect(text('sshd_config')).toMatch(new RegExp(`^HostKey ${sshAuthMountPath}/id_rsa$`, 'm'));
});

const kubectl = (...args: string[]) => spawnSync('kubectl', args, { cwd: import.meta.dirname });
const withoutKubectl = kubectl('version', '--client').status !== 0;

it.skipIf(withoutKubectl)(`kubectl reads them${withoutKubectl ? ': not here' : ''}`, () => {
  for (const [file, name] of [
    ['prepare.yaml', 'tgm-prepare'],
    ['train.yaml', 'tgm-train'],
  ] as const) {
    const { status, stdout, stderr } = kubectl('label', '--local', '-f', file, 'a=b', '-o', 'json');
    expect([status, stderr.toString()]).toEqual([0, '']);
    expect(JSON.parse(stdout.toString()).metadata).toMatchObject({ name, labels: { a: 'b' } });
  }
});
