import { seededRandom } from '@tgm/masking';
import { videoExamples } from '@tgm/train';
import {
  decodeClip,
  denseIndices,
  denseViews,
  framesOfSection,
  pretrainingRecipe,
  sampleLoader,
  segmentIndices,
  testRecipe,
  viewCrops,
} from '@tgm/video-io';
import { figure } from '../figure.js';
import type { Row } from '../row.js';
import { FRAME_COUNT, SIZE } from '../settings.js';
import type { World } from '../world.js';

/** Frames of each video of Moving Shapes. */
const FRAMES = 16;

/** Which frames and which part of them are shown, on the world's files. */
export const samplingRows: readonly Row[] = [
  {
    name: 'TSN segments',
    part: 'sampling',
    runs: 'segmentIndices, decodeClip',
    async run(world) {
      const random = seededRandom('mission', 'segments');
      const drawn = Array.from({ length: 50 }, () =>
        segmentIndices({ frameCount: FRAMES, count: 4, random }),
      );
      const one = drawn.every((frames) => frames.every((frame, at) => Math.floor(frame / 4) === at));
      const middle = segmentIndices({ frameCount: FRAMES, count: 4 });
      const same = await areThoseFrames(world, middle);
      return figure(
        `4 segments of 16 frames give one each; ${middle.join(', ')} decoded as in the whole video`,
        one && middle.join() === '2,6,10,14' && same,
        'a frame of each segment, the same pixels as in a whole decoding',
      );
    },
  },
  {
    name: 'dense clips',
    part: 'sampling',
    runs: "denseIndices stride 2, SlowFast's and VideoMAE's",
    async run(world) {
      const random = seededRandom('mission', 'dense');
      const drawn = Array.from({ length: 50 }, () =>
        denseIndices({ frameCount: FRAMES, count: 5, stride: 2, random }),
      );
      const even = drawn.every((frames) => frames.every((frame, at) => frame === frames[0]! + 2 * at));
      const starts = new Set(drawn.map(([first]) => first)).size;
      const same = await areThoseFrames(world, drawn[0]!);
      return figure(
        `every second frame from ${starts} of 8 starts; ${drawn[0]!.join(', ')} decoded as in the whole video`,
        even && starts === 8 && same,
        'even steps from all starts, the same pixels as in a whole decoding',
      );
    },
  },
  {
    name: 'multi-view test',
    part: 'sampling',
    runs: 'testRecipe, 5 clips x 3 crops',
    async run({ pool, test }) {
      const recipe = testRecipe({
        sampling: { kind: 'dense', stride: 1 },
        frameCount: 4,
        size: SIZE,
        clips: 5,
        crops: 3,
      });
      const loaded = await sampleLoader({ pool, recipe })(await test.at(0), seededRandom('mission', 'views'));
      const starts = [...new Set(loaded.map(({ indices }) => indices[0]))];
      const views = denseViews({ frameCount: FRAMES, count: 4, stride: 1 }, 5).map(([first]) => first);
      const crops = viewCrops({ width: 320, height: 240 }, { width: 224, height: 224 }, 3).map(({ x }) => x);
      return figure(
        `${loaded.length} views, clips from ${starts.join(', ')}; crops of 320 x 240 at x ${crops.join(', ')}`,
        loaded.length === 15 &&
          starts.join() === '0,3,6,9,12' &&
          String(views) === String(starts) &&
          crops.join() === '0,40,80',
        '15 views, clips and crops evenly spread',
      );
    },
  },
  {
    name: 'repeated augmentation',
    part: 'sampling',
    runs: 'pretrainingRecipe, 4 clips of each decoded video',
    async run({ pool, train }) {
      const recipe = pretrainingRecipe({ stride: 1, frameCount: FRAME_COUNT, size: SIZE, clips: 4 });
      const source = videoExamples({ dataset: train, pool, recipe });
      const examples = await source.load(0, seededRandom('mission', 'repeated'));
      const different = new Set(examples.map(({ frames }) => Buffer.from(frames).toString('base64'))).size;
      const ids = new Set(examples.map(({ id }) => id)).size;
      return figure(
        `${examples.length} examples of ${ids} video, ${different} of them different`,
        examples.length === 4 && ids === 1 && different === 4 && source.perSample === 4,
        'four different examples of one video',
      );
    },
  },
  {
    name: 'sections of long videos',
    part: 'sampling',
    runs: 'framesOfSection, the clock of the video',
    async run({ pool, train }) {
      const { source } = await train.at(0);
      const timeline = await pool.timeline(source);
      const range = framesOfSection(timeline, { start: 0.25, end: 0.75 });
      return figure(
        `0.25 to 0.75 s at ${timeline.info.fps.toFixed(0)} fps is ${range.count} frames from number ${range.first}`,
        timeline.info.frameCount === FRAMES && range.first === 4 && range.count === 8,
        '8 frames from number 4',
      );
    },
  },
];

/** Whether frames that are decoded alone are those of the video decoded from its start. */
async function areThoseFrames({ train }: World, indices: readonly number[]): Promise<boolean> {
  const { source } = await train.at(1);
  const whole = await decodeClip(source, {
    indices: Array.from({ length: FRAMES }, (_, frame) => frame),
    size: SIZE,
  });
  const some = await decodeClip(source, { indices, size: SIZE });
  const size = SIZE.width * SIZE.height * 3;
  return indices.every((frame, at) =>
    Buffer.from(some.frames.subarray(at * size, (at + 1) * size)).equals(
      Buffer.from(whole.frames.subarray(frame * size, (frame + 1) * size)),
    ),
  );
}
