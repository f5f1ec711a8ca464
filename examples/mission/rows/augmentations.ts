import * as tf from '@tensorflow/tfjs';
import { classificationLoss } from '@tgm/losses';
import { seededRandom } from '@tgm/masking';
import { drawDropPath } from '@tgm/models';
import {
  colourJitter,
  mixBatch,
  multiScaleCrop,
  randAugment,
  randomErasing,
  randomResizedCrop,
} from '@tgm/video-io';
import { figure } from '../figure.js';
import { mean, percent } from '../mask-measures.js';
import type { Row } from '../row.js';
import { FRAME_COUNT, SIZE } from '../settings.js';
import type { World } from '../world.js';

const FRAME = SIZE.width * SIZE.height * 3;
const DRAWS = 200;

/** Changes of pictures and of labels, on decoded clips. */
export const augmentationRows: readonly Row[] = [
  {
    name: 'MultiScaleCrop',
    part: 'augmentation',
    runs: 'multiScaleCrop of 320 x 240',
    async run() {
      const random = seededRandom('mission', 'multi-scale');
      const crops = Array.from({ length: DRAWS }, () => multiScaleCrop({ width: 320, height: 240 }, random));
      const sides = [240, 210, 180, 158];
      const right = crops.every(({ x, y, width, height }) => {
        const apart = Math.abs(sides.indexOf(width) - sides.indexOf(height));
        return (
          sides.includes(width) &&
          sides.includes(height) &&
          apart <= 1 &&
          x + width <= 320 &&
          y + height <= 240
        );
      });
      const shapes = new Set(crops.map(({ width, height }) => `${width} ${height}`)).size;
      return figure(
        `${shapes} shapes of sides ${sides.join(', ')}, at most a step apart`,
        right && shapes === 10,
        '10 shapes',
      );
    },
  },
  {
    name: 'random resized crop',
    part: 'augmentation',
    runs: 'randomResizedCrop',
    async run() {
      const random = seededRandom('mission', 'resized');
      const crops = Array.from({ length: DRAWS }, () =>
        randomResizedCrop({ width: 320, height: 240 }, random),
      );
      const areas = crops.map(({ width, height }) => (width * height) / (320 * 240));
      const aspects = crops.map(({ width, height }) => width / height);
      const [least, most] = [Math.min(...areas), Math.max(...areas)];
      return figure(
        `areas from ${percent(100 * least)} to ${percent(100 * most)}, aspects from ${Math.min(...aspects).toFixed(2)} to ${Math.max(...aspects).toFixed(2)}`,
        least > 0.075 &&
          least < 0.2 &&
          most > 0.8 &&
          Math.min(...aspects) > 0.73 &&
          Math.max(...aspects) < 1.36,
        'areas from 8 %, aspects from 3/4 to 4/3',
      );
    },
  },
  {
    name: 'RandAugment',
    part: 'augmentation',
    runs: 'randAugment, 4 changes of magnitude 7',
    async run(world) {
      const changed = world.clips.slice(0, 24).map(({ frames, id }) => {
        const copy = frames.slice();
        randAugment(copy, SIZE, seededRandom('mission', 'rand-augment', id));
        return !Buffer.from(copy).equals(Buffer.from(frames));
      });
      // Half of four drawn changes are made: one clip in sixteen stays as it is.
      const share = 100 * mean(changed.map(Number));
      const still = alikeFrames(world);
      return figure(
        `changes ${percent(share)} of clips, and the frames of a still clip alike`,
        share > 75 && still,
        'nearly all clips changed, all frames of a clip in the same way',
      );
    },
  },
  {
    name: 'random erasing',
    part: 'augmentation',
    runs: 'randomErasing 0.25',
    async run({ clips }) {
      let [erased, boxes] = [0, 0];
      for (let draw = 0; draw < DRAWS; draw++) {
        const { frames } = clips[draw % clips.length]!;
        const copy = frames.slice(0, 2 * FRAME);
        randomErasing(copy, SIZE, seededRandom('mission', 'erasing', draw));
        const changed = (frame: number): string =>
          Array.from({ length: SIZE.width * SIZE.height }, (_, pixel) => {
            const at = frame * FRAME + 3 * pixel;
            return Number([0, 1, 2].some((channel) => copy[at + channel] !== frames[at + channel]));
          }).join('');
        if (!changed(0).includes('1')) continue;
        erased += 1;
        const [first, second] = [changed(0), changed(1)];
        if (first.indexOf('1') === second.indexOf('1') && first.lastIndexOf('1') === second.lastIndexOf('1'))
          boxes += 1;
      }
      const share = (100 * erased) / DRAWS;
      return figure(
        `erases a box in ${percent(share)} of clips, in ${boxes} of ${erased} at one place in both frames`,
        Math.abs(share - 25) < 10 && boxes === erased,
        'a quarter of the clips, the same box in all frames',
      );
    },
  },
  {
    name: 'colour jitter',
    part: 'augmentation',
    runs: "colourJitter, SimCLR's",
    async run({ clips }) {
      const greys = Array.from({ length: DRAWS }, (_, draw) => {
        const copy = clips[draw % clips.length]!.frames.slice(0, FRAME);
        colourJitter(copy, SIZE, seededRandom('mission', 'jitter', draw));
        return copy.every((value, at) => Math.abs(value - copy[at - (at % 3)]!) <= 1);
      });
      const share = 100 * mean(greys.map(Number));
      return figure(
        `${percent(share)} of clips become grey, 20 % is SimCLR's`,
        Math.abs(share - 20) < 9,
        'a fifth',
      );
    },
  },
  {
    name: 'mixup',
    part: 'augmentation',
    runs: 'mixBatch, cutmixShare 0',
    run: async (world) => {
      const { kept, pixels, before, targets } = mixed(world, 0);
      const half = pixels.length / 2;
      let furthest = Math.abs(targets[0]! - kept);
      for (let at = 0; at < half; at++) {
        furthest = Math.max(
          furthest,
          Math.abs(pixels[at]! - (kept * before[at]! + (1 - kept) * before[half + at]!)),
        );
      }
      return figure(
        `keeps ${percent(100 * kept)} of pixels and label, ${furthest.toExponential(0)} off a mixture by hand`,
        furthest < 1e-4,
        'one mixture of pixels and labels',
      );
    },
  },
  {
    name: 'CutMix',
    part: 'augmentation',
    runs: 'mixBatch, cutmixShare 1',
    run: async (world) => {
      const { kept, pixels, before, targets } = mixed(world, 1);
      const half = pixels.length / 2;
      let other = 0;
      for (let at = 0; at < half; at++) {
        if (pixels[at] === before[at]) continue;
        if (pixels[at] !== before[half + at]) other = Number.NaN;
        other += 1;
      }
      const share = 1 - other / half;
      return figure(
        `${percent(100 * share)} of a clip's pixels are its own, its label keeps ${percent(100 * targets[0]!)}`,
        Math.abs(targets[0]! - kept) < 1e-6 && Math.abs(share - kept) < 0.02,
        'as much of the label as of the pixels',
      );
    },
  },
  {
    name: 'label smoothing',
    part: 'augmentation',
    runs: 'classificationLoss, smoothing 0.1',
    async run() {
      const logits = [2, 0, -1, 0.5];
      const exponents = logits.map(Math.exp);
      const logOf = (at: number) => logits[at]! - Math.log(exponents.reduce((sum, value) => sum + value, 0));
      const byHand = -logits.reduce(
        (sum, _, at) => sum + (at === 0 ? 0.9 + 0.1 / 4 : 0.1 / 4) * logOf(at),
        0,
      );
      const loss = tf.tidy(() => classificationLoss(tf.tensor2d([logits]), tf.tensor1d([0], 'int32'), 0.1));
      const [found] = await loss.data();
      loss.dispose();
      const text = `cross-entropy ${found!.toFixed(6)}, by hand ${byHand.toFixed(6)}`;
      return figure(text, Math.abs(found! - byHand) < 1e-5, 'the same number');
    },
  },
  {
    name: 'stochastic depth',
    part: 'augmentation',
    runs: 'drawDropPath 0.1 of 12 blocks',
    async run() {
      const [layers, batch] = [12, DRAWS];
      const factors = drawDropPath({ rate: 0.1, layers, batch }, seededRandom('mission', 'drop path'));
      const dropped = (layer: number): number =>
        100 *
        mean(factors.slice(layer * 2 * batch, (layer + 1) * 2 * batch).map((factor) => Number(factor === 0)));
      const kept = Math.max(...factors);
      return figure(
        `the first block drops ${percent(dropped(0))}, the last ${percent(dropped(layers - 1))}, and scales the rest by ${kept.toFixed(3)}`,
        dropped(0) === 0 && Math.abs(dropped(layers - 1) - 10) < 6 && Math.abs(kept - 1 / 0.9) < 1e-6,
        'none, 10 % and 1 / 0.9',
      );
    },
  },
];

/** Two clips mixed with each other, before and after, as numbers in [0, 1]. */
function mixed({ clips }: World, cutmixShare: number) {
  const frames = [clips[0]!.frames, clips[1]!.frames];
  const before = Float32Array.from([...frames[0]!, ...frames[1]!], (value) => value / 255);
  const pixels = before.slice();
  const targets = Float32Array.of(1, 0, 0, 1);
  const kept = mixBatch({ pixels, targets, count: 2, ...SIZE }, seededRandom('mission', 'mix'), {
    cutmixShare,
  });
  return { kept, pixels, before, targets };
}

/** Whether the frames of a clip that stands still are still equal after the same changes. */
function alikeFrames({ clips }: World): boolean {
  const frame = clips[0]!.frames.subarray(0, FRAME);
  const still = new Uint8Array(FRAME_COUNT * FRAME);
  for (let at = 0; at < FRAME_COUNT; at++) still.set(frame, at * FRAME);
  randAugment(still, SIZE, seededRandom('mission', 'still'), { probability: 1 });
  const first = Buffer.from(still.subarray(0, FRAME));
  return Array.from({ length: FRAME_COUNT }, (_, at) => still.subarray(at * FRAME, (at + 1) * FRAME)).every(
    (each) => first.equals(Buffer.from(each)),
  );
}
