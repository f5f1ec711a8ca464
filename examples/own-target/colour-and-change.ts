import type { PatchConfig } from '@tgm/models';
import type { FeatureTeacher } from '@tgm/train';

/** Says of each token its mean red, green and blue in [0, 1], and how much its pixels change from frame to frame. */
export function colourAndChange(config: PatchConfig): FeatureTeacher {
  const { numFrames, tubeletSize, imageSize, patchSize } = config;
  const perSide = imageSize / patchSize;
  const frameSize = imageSize * imageSize * 3;
  const values = tubeletSize * patchSize * patchSize; // pixels of a token
  return {
    width: 4,
    describe: () => ({ is: 'colourAndChange' }),
    features(frames) {
      const features = new Float32Array((numFrames / tubeletSize) * perSide * perSide * 4); // [N, F]
      for (let at = 0; at < numFrames * frameSize; at++) {
        const [frame, row] = [Math.floor(at / frameSize), Math.floor(at / (imageSize * 3)) % imageSize];
        const column = Math.floor(at / 3) % imageSize;
        const slice = Math.floor(frame / tubeletSize);
        const token =
          (slice * perSide + Math.floor(row / patchSize)) * perSide + Math.floor(column / patchSize);
        const before = frames[frame > 0 ? at - frameSize : at]!;
        features[token * 4 + (at % 3)]! += frames[at]! / 255 / values;
        features[token * 4 + 3]! += Math.abs(frames[at]! - before) / 255 / (3 * values);
      }
      return features;
    },
  };
}
