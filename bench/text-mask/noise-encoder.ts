import { type PictureTextEncoder, seededRandom } from '@tgm/masking';
import { wholePictures } from '@tgm/models';

/** Pixels along a patch of ViT-B/32, and patches along its pictures. */
const [PATCH, SIDE] = [32, 7];
const WIDTH = 8;

const random = seededRandom('noise encoder');
const noise = (length: number): Float32Array => Float32Array.from({ length }, () => random() - 0.5);

/** Says nothing of pictures, in as many patches as ViT-B/32: what its scores cost in training is a matter of their number. */
export const noiseEncoder: PictureTextEncoder = {
  pictureSize: wholePictures(SIDE * PATCH, PATCH),
  async encodePatches({ frames, height, width }) {
    const [rows, columns] = [height / PATCH, width / PATCH];
    const frameCount = frames.length / (height * width * 3);
    return { values: noise(frameCount * rows * columns * WIDTH), frameCount, rows, columns, width: WIDTH };
  },
  encodeText: async (captions) => ({
    values: noise(captions.length * WIDTH),
    count: captions.length,
    width: WIDTH,
  }),
  describe: () => ({ is: 'noise' }),
  digest: async () => 'noise',
};
