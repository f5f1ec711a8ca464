import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BadSample, clipLoader, datasetOf } from '../index.js';
import { base, fakePool, run, sources } from './fake-loading.test-support.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tgm-bad-samples-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('bad samples', () => {
  const dataset = sources(8, [1, 6]);

  it('are left out without moving the others, listed, and not tried again', async () => {
    const quarantine = join(folder, 'quarantine.jsonl');
    const heard: BadSample[] = [];
    const policy = {
      kind: 'skip',
      limit: 2,
      quarantine,
      log: (bad: BadSample) => void heard.push(bad),
    } as const;
    const good = await run({ ...base, dataset: sources(8), pool: fakePool(1) });
    const { given, state } = await run({ ...base, dataset, pool: fakePool(2), badSamples: policy });
    const left = (line: string) => !/ s[16] /.test(line);
    expect(given).toEqual(good.given.filter(left));
    expect(heard.map(({ id, code }) => [id, code]).sort()).toEqual([
      ['s1', 'VIDEO_DECODE_FAILED'],
      ['s6', 'VIDEO_DECODE_FAILED'],
    ]);
    expect([...state.bad].sort()).toEqual(['s1', 's6']);
    const lines = (await readFile(quarantine, 'utf8')).trim().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toEqual(heard);

    // Videos that were bad once stay out, though they could be read now: the run is the same.
    const again = await run({ ...base, dataset: sources(8), pool: fakePool(3), badSamples: policy });
    expect(again.given).toEqual(given);
    expect(heard).toHaveLength(2);
  });

  it('end the run past the limit', async () => {
    const reading = run({ ...base, dataset, pool: fakePool(1), badSamples: { kind: 'skip', limit: 1 } });
    await expect(reading).rejects.toMatchObject({ code: 'TOO_MANY_BAD_SAMPLES', fault: 'caller' });
  });

  it('fail where they stand when they must, with the state before them', async () => {
    const loader = clipLoader({ ...base, dataset, pool: fakePool(1), shuffle: false });
    const ids: string[] = [];
    const reading = (async () => {
      for await (const { sample } of loader) ids.push(sample.id);
    })();
    await expect(reading).rejects.toMatchObject({ code: 'VIDEO_DECODE_FAILED', source: 'bad 1' });
    expect(ids).toEqual(['s0']);
    expect(loader.state()).toMatchObject({ epoch: 0, place: 1 });
  });

  it('are not made of a dead thread, or of a list that is none', async () => {
    const policy = { kind: 'skip', limit: 9 } as const;
    const dead = datasetOf('dead', [{ id: 'd', source: 'dead', captions: [] }]);
    const reading = run({ ...base, dataset: dead, pool: fakePool(1), badSamples: policy });
    await expect(reading).rejects.toMatchObject({ code: 'WORKER_FAILED' });
    const quarantine = join(folder, 'no list.jsonl');
    await writeFile(quarantine, '{"id":"a"}\n{"name":"b"}\n');
    const options = { ...base, dataset, pool: fakePool(1), badSamples: { ...policy, quarantine } };
    await expect(run(options)).rejects.toMatchObject({ code: 'MANIFEST_INVALID', line: 2 });
  });

  it('are those whose section lies behind the end or before the start', async () => {
    const section = (start: number, end: number) =>
      datasetOf('section', [{ id: 'a', source: 'good', captions: [], start, end }]);
    for (const dataset of [section(4, 5), section(-1, 0)]) {
      await expect(run({ ...base, dataset, pool: fakePool(1) })).rejects.toMatchObject({
        code: 'FRAME_OUT_OF_RANGE',
      });
    }
    expect((await run({ ...base, dataset: section(3.9, 9), pool: fakePool(1) })).given).toHaveLength(2);
  });

  it('are heard of at the start when their list could not be written', async () => {
    const badSamples = { kind: 'skip', limit: 9, quarantine: join(folder, 'nowhere', 'list.jsonl') } as const;
    const loader = clipLoader({ ...base, dataset: sources(3), pool: fakePool(1), badSamples });
    await expect(loader[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: 'MANIFEST_INVALID' });
  });
});
