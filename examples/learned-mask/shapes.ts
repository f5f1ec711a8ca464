import type { PatchConfig } from '@tgm/models';
import type { ExampleSource, TrainingExample } from '@tgm/train';
import { COVERAGE_CELLS, FRAME_COUNT, FRAME_SIZE, renderScene, sceneOf } from '../moving-shapes/index.js';

/** Clips of Moving Shapes, rendered when they are asked for; their features say how much of a token the named object covers. */
export function shapes(config: PatchConfig, length: number): ExampleSource<object> {
  const rendered = new Map<number, TrainingExample<object>>();
  return {
    length,
    featureWidth: 1,
    id: (index) => `shapes ${index}`,
    describe: () => ({ is: 'shapes', length }),
    async load(index) {
      const known = rendered.get(index) ?? render(config, index);
      rendered.set(index, known);
      return [known];
    },
  };
}

function render({ imageSize, patchSize, numFrames, tubeletSize }: PatchConfig, index: number) {
  const clip = renderScene(sceneOf({ seed: 0, split: 'train', index }));
  const step = FRAME_COUNT / numFrames;
  const frames = new Uint8Array(numFrames * imageSize * imageSize * 3);
  for (let at = 0; at < frames.length; at++) {
    const [channel, column] = [at % 3, Math.floor(at / 3) % imageSize];
    const row = Math.floor(at / 3 / imageSize) % imageSize;
    const frame = Math.floor(at / 3 / imageSize ** 2) * step;
    frames[at] = meanOf(clip.frames, FRAME_SIZE, FRAME_SIZE / imageSize, frame, row, column, 3, channel);
  }
  const side = imageSize / patchSize;
  const slices = numFrames / tubeletSize;
  const features = Float32Array.from({ length: slices * side * side }, (_, token) => {
    const [row, column] = [Math.floor(token / side) % side, token % side];
    const frame = Math.floor(token / side ** 2) * tubeletSize * step;
    return meanOf(clip.coverage, COVERAGE_CELLS, COVERAGE_CELLS / side, frame, row, column);
  });
  return { id: `shapes ${index}`, frames, features, cues: {} };
}

/** The mean of a square of a picture. */
function meanOf(
  values: ArrayLike<number>,
  size: number,
  square: number,
  frame: number,
  row: number,
  column: number,
  channels = 1,
  channel = 0,
): number {
  let sum = 0;
  for (let y = row * square; y < (row + 1) * square; y++) {
    for (let x = column * square; x < (column + 1) * square; x++) {
      sum += values[((frame * size + y) * size + x) * channels + channel]!;
    }
  }
  return sum / square ** 2;
}
