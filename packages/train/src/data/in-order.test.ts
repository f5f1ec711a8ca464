import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { datasetOf, testRecipe, videoPool } from '@tgm/video-io';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ExampleSource, TrainingExample } from './examples.js';
import { inOrder, type LeftOutSample, type ReadSample } from './in-order.js';
import { noiseSource } from './noise-source.test-support.js';
import { writeStripes } from './test-videos.test-support.js';
import { videoExamples } from './video-examples.js';

async function all<Cues extends object>(examples: AsyncIterable<TrainingExample<Cues>>) {
  const found: TrainingExample<Cues>[] = [];
  for await (const example of examples) found.push(example);
  return found;
}

/** A source whose loads end in another order than they began, and that tells how many run. */
function unsteady(length = 9, fault?: (index: number) => Error | undefined) {
  const counts = { running: 0, most: 0, begun: 0 };
  const plain = noiseSource(length);
  const source: ExampleSource<object> = {
    ...plain,
    perSample: 2,
    async load(index, random) {
      counts.running += 1;
      counts.begun += 1;
      counts.most = Math.max(counts.most, counts.running);
      const drawn = random();
      await new Promise((done) => setTimeout(done, index % 3 === 0 ? 8 : 1));
      counts.running -= 1;
      const error = fault?.(index);
      if (error) throw error;
      const [example] = await plain.load(index, random);
      return [example!, { ...example!, caption: `drawn ${drawn}` }];
    },
  };
  return { source, counts };
}

const fileFault = (message: string) => Object.assign(new Error(message), { fault: 'file', code: 'TORN' });

describe('inOrder', { timeout: 60_000 }, () => {
  it('gives each example once, in order, the same each time, with as many samples in hand as asked', async () => {
    for (const prefetch of [1, 3]) {
      const { source, counts } = unsteady();
      const examples = inOrder(source, { prefetch });
      expect(examples.length).toBe(18);
      const first = await all(examples);
      expect(first.map(({ id }) => id)).toEqual(
        Array.from({ length: 18 }, (_, at) => `noise ${Math.floor(at / 2)}`),
      );
      expect(counts.most).toBe(prefetch);
      expect(new Set(first.filter((_, at) => at % 2 === 1).map(({ caption }) => caption)).size).toBe(9);
      expect(await all(examples)).toEqual(first);
    }
  });

  it('leaves out a sample whose file is at fault, and says so; any other fault ends the reading', async () => {
    const left: LeftOutSample[] = [];
    const torn = unsteady(5, (index) =>
      index === 2 || index === 4 ? fileFault(`torn ${index}`) : undefined,
    );
    const examples = inOrder(torn.source, { onLeftOut: (sample) => left.push(sample) });
    expect((await all(examples)).map(({ id }) => id)).toEqual([
      'noise 0',
      'noise 0',
      'noise 1',
      'noise 1',
      'noise 3',
      'noise 3',
    ]);
    expect(left).toEqual([
      { id: 'noise 2', code: 'TORN', message: 'torn 2' },
      { id: 'noise 4', code: 'TORN', message: 'torn 4' },
    ]);
    const away = unsteady(9, (index) => (index === 3 ? new Error('the drive is away') : undefined));
    const seen: string[] = [];
    const reading = (async () => {
      for await (const { id } of inOrder(away.source, { prefetch: 2 })) seen.push(id);
    })();
    await expect(reading).rejects.toMatchObject({ code: 'EXAMPLE_FAILED', where: 'Sample "noise 3"' });
    expect(new Set(seen)).toEqual(new Set(['noise 0', 'noise 1', 'noise 2']));
    expect(away.counts.running).toBe(0);
  });

  it('begins no more when the reader leaves', async () => {
    const { source, counts } = unsteady();
    for await (const _ of inOrder(source, { prefetch: 2 })) break;
    expect(counts.running).toBe(0);
    expect(counts.begun).toBeLessThanOrEqual(3);
  });

  it('reads some samples alone, as they are when all are read, and begins no others', async () => {
    const { source, counts } = unsteady(9, (index) => (index === 4 ? fileFault('torn') : undefined));
    const told: string[] = [];
    const examples = inOrder(source, { prefetch: 2, onLeftOut: ({ id }) => told.push(id) });
    const whole = await all(examples);
    expect([examples.samples, examples.describe()]).toEqual([9, source.describe()]);
    counts.begun = 0;
    const some: ReadSample<object>[] = [];
    for await (const sample of examples.read(3, 6)) some.push(sample);
    expect(counts.begun).toBe(3);
    expect(some.map(({ id, leftOut }) => [id, leftOut])).toEqual([
      ['noise 3', undefined],
      ['noise 4', { code: 'TORN', message: 'torn' }],
      ['noise 5', undefined],
    ]);
    expect(some.flatMap((sample) => sample.examples)).toEqual([...whole.slice(6, 8), ...whole.slice(8, 10)]);
    expect(told).toEqual(['noise 4', 'noise 4']);
    for (const [from, to] of [
      [-1, 2],
      [0.5, 2],
      [3, 2],
      [0, 10],
    ] as const) // past either end, or none
      await expect(examples.read(from, to).next()).rejects.toMatchObject({ code: 'OPTION_INVALID' });
  });

  it('refuses what is no source, and an empty one', () => {
    expect(() => inOrder({} as never)).toThrow(expect.objectContaining({ code: 'OPTION_INVALID' }));
    expect(() => inOrder(noiseSource(0))).toThrow(
      expect.objectContaining({ code: 'NO_EXAMPLES', where: 'inOrder, argument source' }),
    );
  });
});

describe('views of videos on disk', { timeout: 60_000 }, () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tgm-in-order-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('are one example a video, and a broken file is left out', async () => {
    const samples = await Promise.all(
      [0, 1].map(async (label) => ({
        ...(await writeStripes(folder, `v${label}`, { stripe: 2 + label, speed: 1 })),
        label,
      })),
    );
    const broken = { id: 'broken', source: join(folder, 'broken.mp4'), captions: [], label: 0 };
    await writeFile(broken.source, 'not a video');
    const size = { width: 16, height: 16 };
    const recipe = testRecipe({
      sampling: { kind: 'dense', stride: 2 },
      frameCount: 4,
      size,
      clips: 2,
      crops: 3,
    });
    const pool = videoPool({ workers: 2 });
    const dataset = datasetOf('stripes', [samples[0]!, broken, samples[1]!]);
    const left: LeftOutSample[] = [];
    const examples = inOrder(videoExamples({ dataset, pool, recipe, views: recipe.clips }), {
      onLeftOut: (sample) => left.push(sample),
    });
    const found = await all(examples);
    await pool.close();
    expect(examples.length).toBe(3);
    expect(found.map(({ id, label, others }) => [id, label, others!.length])).toEqual([
      ['v0', 0, 5],
      ['v1', 1, 5],
    ]);
    expect(left).toMatchObject([{ id: 'broken', code: 'VIDEO_UNREADABLE' }]);
  });
});
