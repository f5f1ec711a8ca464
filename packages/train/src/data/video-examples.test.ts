import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  flowGuidedMasking,
  type MaskingStrategy,
  motionCue,
  motionGuidedMasking,
  randomMasking,
  seededRandom,
  textGuidedMasking,
} from '@tgm/masking';
import {
  type ClipRecipe,
  datasetOf,
  denseIndices,
  pretrainingRecipe,
  type VideoPool,
  type VideoSample,
  videoPool,
} from '@tgm/video-io';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TINY } from '../objectives/tiny-batch.test-support.js';
import type { CaptionEmbeddings } from './caption-embeddings.js';
import { exampleSourceContract } from './example-source-contract.js';
import type { Examples, TrainingExample } from './examples.js';
import { shuffled } from './shuffled.js';
import { VIDEO, writeStripes } from './test-videos.test-support.js';
import { textCues } from './text-cues.js';
import { videoExamples } from './video-examples.js';

const size = { width: 32, height: 32 };
const grid = { slices: 2, rows: 4, columns: 4 };
const STRIDE = 3;

/** A dense clip from anywhere, mirrored or not. */
const recipeOf = (clips: number): ClipRecipe =>
  pretrainingRecipe({ frameCount: 4, stride: STRIDE, size, clips, flip: true });

const texts: CaptionEmbeddings = {
  width: 2,
  of: (caption) => (caption === 'unknown' ? undefined : Float32Array.of(caption.length, 0)),
  describe: () => ({ is: 'lengths' }),
};

let folder: string;
let samples: VideoSample[];
let pool: VideoPool;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tgm-video-examples-'));
  const captions = [['a', 'bb', 'ccc'], [], ['dddd'], ['unknown']];
  samples = await Promise.all(
    captions.map(async (list, i) => ({
      ...(await writeStripes(folder, `v${i}`, { stripe: 3 + i, speed: 1 })),
      captions: list,
    })),
  );
  pool = videoPool({ workers: 2 });
}, 60_000);
afterAll(async () => {
  await pool.close();
  await rm(folder, { recursive: true });
});

const dataset = () => datasetOf('stripes', samples.slice(0, 3));

describe('videoExamples', { timeout: 60_000 }, () => {
  const model = { config: { ...TINY, numFrames: 4, imageSize: 32 }, grid };
  const contract = exampleSourceContract(
    'videoExamples',
    () => videoExamples({ dataset: dataset(), pool, recipe: recipeOf(4), views: 2, motion: grid, texts }),
    { model, samples: 3 },
  );
  for (const { name, run } of contract) it(name, run);

  it('gives the frames that its draws decide, decoded from the file', async () => {
    const plain: ClipRecipe = {
      size,
      clips: 1,
      describe: () => ({ is: 'plain' }),
      plan: (video, { first, count }, random) => [
        {
          indices: denseIndices({ frameCount: count, count: 4, stride: STRIDE, random }).map(
            (at) => first + at,
          ),
          crop: { x: 0, y: 0, width: video.height, height: video.height },
          flip: false,
        },
      ],
    };
    const source = videoExamples({
      dataset: datasetOf('one', [{ ...samples[0]!, start: 0.5 }]),
      pool,
      recipe: plain,
    });
    const [example] = await source.load(0, seededRandom('draws'));
    // Two draws go before: the caption, and the key of the changes. The section begins at frame 6.
    const random = seededRandom('draws');
    random();
    random();
    const indices = denseIndices({ frameCount: VIDEO.count - 6, count: 4, stride: STRIDE, random }).map(
      (at) => 6 + at,
    );
    const crop = { x: 0, y: 0, width: VIDEO.height, height: VIDEO.height };
    const expected = await pool.decode(samples[0]!.source, { indices, crop, size });
    expect(example!.frames).toEqual(expected.frames);
    expect(example).toMatchObject({ id: 'v0', cues: {} });
    expect(example).not.toHaveProperty('others');
    expect(example).not.toHaveProperty('textEmbedding');
  });

  it('has the cue of the caption that it draws, and tells whose', async () => {
    const encoder = {
      // A patch a frame, the same for all; a text's first letter decides.
      encodePatches: async ({ frames }: { frames: Uint8Array }) => {
        const frameCount = frames.length / (size.width * size.height * 3);
        const values = Float32Array.from({ length: 2 * frameCount }, (_, at) => (at % 2 === 0 ? 1 : 0));
        return { values, frameCount, rows: 1, columns: 1, width: 2 };
      },
      encodeText: async (captions: readonly string[]) => ({
        values: Float32Array.from(captions.flatMap((caption) => (caption[0] === 'd' ? [1, 0] : [0, 1]))),
        count: captions.length,
        width: 2,
      }),
    };
    const captioned = datasetOf('captioned', [samples[0]!, samples[2]!]);
    const sourceOf = (captions: 'own' | 'shuffled') =>
      videoExamples({
        dataset: captioned,
        pool,
        recipe: recipeOf(2),
        views: 2,
        cues: textCues({ encoder, grid, captions, dataset: captioned }),
      });
    for (const [captions, score] of [
      ['own', 1],
      ['shuffled', 0],
    ] as const) {
      const [example] = await sourceOf(captions).load(1, seededRandom('draws'));
      expect(example!.caption).toBe('dddd');
      const clips = [example!, ...example!.others!];
      expect(clips.map(({ cues }) => [...cues.tokenScores])).toEqual(clips.map(() => Array(32).fill(score)));
      expect(await sourceOf(captions).describe()).toMatchObject({ cues: { is: 'textCues', captions } });
    }
  });

  it('tells how the tokens move where that is asked for, mirrored with the pixels', async () => {
    const source = videoExamples({ dataset: dataset(), pool, recipe: recipeOf(1), motion: grid });
    const directions = new Set<number>();
    for (let draw = 0; draw < 8; draw++) {
      const [example] = await source.load(2, seededRandom(draw));
      const { vectors, known } = example!.cues.motion;
      expect(known).toHaveLength(32);
      const moved = vectors.filter((_, i) => i % 2 === 0 && known[i >> 1] === 1);
      const mean = moved.reduce((sum, value) => sum + value, 0) / moved.length;
      // A pixel a frame; 6 frames a slice; a cell is 8 of the clip's pixels, for a crop of 48 to 32 of the video's.
      expect(Math.abs(mean)).toBeGreaterThan(0.25);
      expect(Math.abs(mean)).toBeLessThan(1.3);
      directions.add(Math.sign(mean));
    }
    expect(directions).toEqual(new Set([1, -1]));
  });

  it('measures motion by the source frames from one slice to the next', async () => {
    const plain: ClipRecipe = {
      size,
      clips: 1,
      describe: () => ({ is: 'plain' }),
      plan: () => [
        {
          indices: [2, 5, 8, 11],
          crop: { x: 0, y: 0, width: VIDEO.height, height: VIDEO.height },
          flip: false,
        },
      ],
    };
    const [example] = await videoExamples({ dataset: dataset(), pool, recipe: plain, motion: grid }).load(
      0,
      () => 0,
    );
    const crop = { x: 0, y: 0, width: VIDEO.height, height: VIDEO.height };
    const clip = await pool.decode(samples[0]!.source, { indices: [2, 5, 8, 11], crop, size, motion: true });
    expect(example!.cues.motion).toEqual(
      motionCue(clip.motion!, grid, { ...size, framesPerSlice: 2 * STRIDE }),
    );
  });

  it.each(['codec', 'estimate'] as const)('tells the flow from frame to frame: %s', async (from) => {
    const plain: ClipRecipe = {
      size,
      clips: 1,
      describe: () => ({ is: 'plain' }),
      plan: () => [
        {
          indices: [2, 5, 8, 11],
          crop: { x: 0, y: 0, width: VIDEO.height, height: VIDEO.height },
          flip: false,
        },
      ],
    };
    const source = videoExamples({ dataset: dataset(), pool, recipe: plain, flow: { grid, from } });
    const [example] = await source.load(0, () => 0);
    const { frameCount, samples: perToken, backward, forward } = example!.cues.flow;
    expect([frameCount, perToken]).toEqual([4, 4]);
    expect(example!.cues).not.toHaveProperty('motion');
    // A pixel a frame to the right, 3 frames a step, 48 pixels to 16 samples: one sample a step. Half of them say so at least.
    for (const [flow, x] of [
      [forward, 1],
      [backward, -1],
    ] as const) {
      expect(flow).toHaveLength(3 * 2 * 16 * 16);
      for (let pair = 0; pair < 3; pair++) {
        const along = [0, 1].map(
          (axis) =>
            [...flow.slice((pair * 2 + axis) * 256, (pair * 2 + axis + 1) * 256)].sort((a, b) => a - b)[128]!,
        );
        expect(along[0]).toBeCloseTo(x, 0.5);
        expect(Math.abs(along[1]!)).toBeLessThan(0.25);
      }
    }
    expect(await source.describe()).toMatchObject({ flow: { grid, from, samples: 4 } });
  });

  it('makes several examples of one video, and views of one example', async () => {
    const clipsOf = async (views: number) =>
      videoExamples({ dataset: dataset(), pool, recipe: recipeOf(4), views, motion: grid }).load(
        0,
        seededRandom('clips'),
      );
    const four = await clipsOf(1);
    const two = await clipsOf(2);
    const one = await clipsOf(4);
    expect([four.length, two.length, one.length]).toEqual([4, 2, 1]);
    const shown = (examples: readonly TrainingExample<object>[]) =>
      examples.flatMap(({ frames, cues, others = [] }) => [{ frames, cues }, ...others]);
    expect(shown(two)).toEqual(shown(four));
    expect(shown(one)).toEqual(shown(four));
    expect(new Set(four.map(({ frames }) => Buffer.from(frames).toString('hex'))).size).toBeGreaterThan(1);
    expect(two[1]!.others).toHaveLength(1);
    expect(() => videoExamples({ dataset: dataset(), pool, recipe: recipeOf(4), views: 3 })).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID', where: 'videoExamples, option views' }),
    );
  });

  it('draws one of the captions each time, with its embedding; a sample without captions has neither', async () => {
    const source = videoExamples({ dataset: datasetOf('all', samples), pool, recipe: recipeOf(2), texts });
    expect(source.textWidth).toBe(2);
    const drawn = new Set<string>();
    for (let draw = 0; draw < 20; draw++) {
      const examples = await source.load(0, seededRandom(draw));
      for (const { caption, textEmbedding } of examples) {
        expect(textEmbedding).toEqual(Float32Array.of(caption!.length, 0));
        drawn.add(caption!);
      }
    }
    expect(drawn).toEqual(new Set(['a', 'bb', 'ccc']));
    const [silent] = await source.load(1, seededRandom(0));
    expect(silent).not.toHaveProperty('caption');
    expect(silent).not.toHaveProperty('textEmbedding');
    await expect(source.load(3, seededRandom(0))).rejects.toMatchObject({
      code: 'TEXT_MISSING',
      where: expect.stringContaining('v3'),
    });
    const wide = { ...texts, of: () => new Float32Array(3) };
    const wider = videoExamples({ dataset: dataset(), pool, recipe: recipeOf(1), texts: wide });
    await expect(wider.load(0, seededRandom(0))).rejects.toMatchObject({ code: 'TEXT_MISSING' });
  });

  it('gives the label of the sample to each of its examples', async () => {
    const labelled = samples.slice(0, 2).map((sample) => ({ ...sample, label: { shape: 1, colour: 0 } }));
    const source = videoExamples({ dataset: datasetOf('labelled', labelled), pool, recipe: recipeOf(2) });
    const examples = await source.load(1, seededRandom(0));
    expect(examples.map(({ label }) => label)).toEqual([labelled[1]!.label, labelled[1]!.label]);
    const without = videoExamples({ dataset: dataset(), pool, recipe: recipeOf(1) });
    expect((await without.load(1, seededRandom(0)))[0]).not.toHaveProperty('label');
  });

  it('draws the same clips with captions and without them', async () => {
    const without = datasetOf(
      'none',
      samples.map((sample) => ({ ...sample, captions: [] })),
    );
    const [a, b] = [dataset(), without].map((each) =>
      videoExamples({ dataset: each, pool, recipe: recipeOf(1) }),
    );
    const [[first], [second]] = await Promise.all([a!.load(0, seededRandom(5)), b!.load(0, seededRandom(5))]);
    expect(first!.frames).toEqual(second!.frames);
  });

  it('asks for further cues of every clip', async () => {
    const asked: (string | undefined)[] = [];
    const source = videoExamples({
      dataset: dataset(),
      pool,
      recipe: recipeOf(2),
      views: 2,
      motion: grid,
      cues: {
        of: async ({ frames }, { id }, caption) => {
          asked.push(caption);
          return { tokenScores: Float32Array.of(frames[0]!, id.length) };
        },
        describe: () => ({ is: 'first pixel' }),
      },
    });
    const [example] = await source.load(2, seededRandom(1));
    for (const view of [example!, ...example!.others!]) {
      expect(view.cues.tokenScores).toEqual(Float32Array.of(view.frames[0]!, 2));
      expect(view.cues.motion.known).toHaveLength(32);
    }
    expect(asked).toEqual(['dddd', 'dddd']);
  });

  it('gives the same stream with any number of threads', async () => {
    const streamed = async (workers: number) => {
      const own = videoPool({ workers });
      const source = videoExamples({ dataset: dataset(), pool: own, recipe: recipeOf(2), motion: grid });
      const stream = await shuffled(source).open({ seed: 8 });
      const { examples } = await stream.next(10);
      await stream.close();
      await own.close();
      return examples.map(({ example, draws }) => ({ ...example, drawn: draws('a')() }));
    };
    const one = await streamed(1);
    expect(await streamed(3)).toEqual(one);
    expect(new Set(one.map(({ id }) => id)).size).toBe(3);
  });

  it('replaces a video that is broken or missing, and ends with what no video is to blame for', async () => {
    const broken = join(folder, 'broken.mp4');
    await writeFile(broken, 'not a video');
    const bad = [
      { id: 'broken', source: broken, captions: [] },
      { id: 'missing', source: join(folder, 'none.mp4'), captions: [] },
    ];
    const source = videoExamples({
      dataset: datasetOf('bad', [...samples, ...bad]),
      pool,
      recipe: recipeOf(1),
    });
    const stream = await shuffled(source, { badSamples: { kind: 'replace', limit: 2 } }).open({ seed: 1 });
    const { examples, replaced } = await stream.next(12);
    await stream.close();
    expect(new Set(examples.map(({ example }) => example.id))).toEqual(new Set(['v0', 'v1', 'v2', 'v3']));
    expect(replaced).toHaveLength(2);
    expect(replaced).toContainEqual(
      expect.objectContaining({ id: 'broken', source: broken, code: 'VIDEO_UNREADABLE' }),
    );
    expect(replaced).toContainEqual(expect.objectContaining({ id: 'missing', code: 'VIDEO_NOT_FOUND' }));
    const closed = videoPool({ workers: 1 });
    await closed.close();
    const ended = shuffled(videoExamples({ dataset: dataset(), pool: closed, recipe: recipeOf(1) }), {
      badSamples: { kind: 'replace', limit: 2 },
    });
    await expect((await ended.open({ seed: 1 })).next(1)).rejects.toMatchObject({
      code: 'EXAMPLE_FAILED',
      where: expect.stringMatching(/^Sample "v\d"$/),
      cause: { code: 'WORKER_FAILED' },
    });
  });

  it('describes the data and the recipe, not where files lie and how they are read', async () => {
    const described = (options: object = {}) =>
      videoExamples({ dataset: dataset(), pool, recipe: recipeOf(2), ...options }).describe();
    const first = await described();
    expect(first).toMatchObject({
      is: 'videoExamples',
      dataset: { name: 'stripes', length: 3 },
      recipe: { is: 'pretrainingRecipe', frameCount: 4, stride: STRIDE, size, clips: 2, flip: true },
      views: 1,
    });
    expect(JSON.parse(JSON.stringify(first))).toEqual(first);
    const moved = samples.slice(0, 3).map((sample) => ({ ...sample, source: `/elsewhere/${sample.id}.mp4` }));
    expect(await described({ dataset: datasetOf('stripes', moved), limits: { frameCount: 10 } })).toEqual(
      first,
    );
    const renamed = moved.map((sample, i) => ({ ...sample, id: `w${i}` }));
    for (const other of [
      { dataset: datasetOf('stripes', renamed) },
      { dataset: datasetOf('stripes', samples) },
      { recipe: recipeOf(4) },
      { views: 2 },
      { motion: grid },
      { flow: { grid } },
      { texts },
      { cues: { of: () => ({}), describe: () => ({ is: 'none' }) } },
    ])
      expect(await described(other)).not.toEqual(first);
  });

  it('refuses options that it does not know', () => {
    const code = expect.objectContaining({ code: 'OPTION_INVALID' });
    const make = (options: object) => () =>
      videoExamples({ dataset: dataset(), pool, recipe: recipeOf(1), ...options });
    for (const options of [
      { threads: 2 },
      { motion: true },
      { flow: true },
      { flow: { grid, from: 'network' } },
      { views: 0 },
      { texts: new Map() },
      { pool: {} },
    ])
      expect(make(options)).toThrow(code);
  });

  it('compiles with strategies whose cues it has, and with no others', () => {
    const use = <Cues extends object>(_examples: Examples<Cues>, _masking: MaskingStrategy<Cues>): void =>
      undefined;
    const base = { dataset: dataset(), pool, recipe: recipeOf(1) };
    const [plain, moving, flowing, both] = [
      shuffled(videoExamples(base)),
      shuffled(videoExamples({ ...base, motion: grid })),
      shuffled(videoExamples({ ...base, flow: { grid } })),
      shuffled(videoExamples({ ...base, motion: grid, flow: { grid } })),
    ];
    use(flowing, flowGuidedMasking());
    use(both, flowGuidedMasking());
    use(both, motionGuidedMasking({ ratio: 0.5 }));
    // @ts-expect-error there is no cue `flow`
    use(moving, flowGuidedMasking());
    use(plain, randomMasking({ ratio: 0.5 }));
    use(moving, randomMasking({ ratio: 0.5 }));
    use(moving, motionGuidedMasking({ ratio: 0.5 }));
    // @ts-expect-error there is no cue `motion`
    use(plain, motionGuidedMasking({ ratio: 0.5 }));
    // @ts-expect-error there is no cue `text`
    use(moving, textGuidedMasking({ ratio: 0.5 }));
  });
});
