import { chooseIndices, seededRandom } from '@tgm/masking';
import {
  ACTIONS,
  type Captions,
  captionsOf,
  FRAME_COUNT,
  FRAME_SIZE,
  renderScene,
  type Scene,
  sceneOf,
} from '../moving-shapes/index.js';

/** Side of the images that CLIP sees, in pixels. */
export const IMAGE_SIZE = FRAME_SIZE / 2;

/** What the captions of a scene say. */
export interface Worded {
  readonly captions: Captions;
  /** Colour, shape and action. */
  readonly meaning: string;
}

/** Everything that training needs of one rendered frame. */
export interface Pair extends Worded {
  /** Its scene. */
  readonly id: string;
  /** [IMAGE_SIZE, IMAGE_SIZE, 3] RGB, 0-255. */
  readonly image: Uint8Array;
  /** The same scene doing something else: what sets actions apart in the text. */
  readonly otherActions: readonly Worded[];
  /** Colour and shape, which is all that one frame can show of a caption. */
  readonly object: string;
}

/** Other actions that each scene's captions are set against. */
const OTHER_ACTIONS = 3;

/** Decoded H.264 differs from the drawn frame by about this much, 0-255. */
const CODEC_NOISE = 3;

/** Half the size by the mean of 2 x 2 pixels, plus noise like that of a video codec. */
function downscale(frames: Uint8Array, frame: number, random: () => number): Uint8Array {
  const rowBytes = FRAME_SIZE * 3;
  const image = new Uint8ClampedArray(IMAGE_SIZE * IMAGE_SIZE * 3);
  let out = 0;
  for (let y = 0; y < IMAGE_SIZE; y++) {
    for (let x = 0; x < IMAGE_SIZE; x++) {
      const corner = (frame * FRAME_SIZE + 2 * y) * rowBytes + 6 * x;
      const noise = CODEC_NOISE * (2 * random() - 1);
      for (let at = corner; at < corner + 3; at++) {
        const sum = frames[at]! + frames[at + 3]! + frames[at + rowBytes]! + frames[at + rowBytes + 3]!;
        image[out++] = sum / 4 + noise;
      }
    }
  }
  return new Uint8Array(image.buffer);
}

const objectOf = ({ object: { colour, shape } }: Scene): string => `${colour} ${shape}`;

const worded = (scene: Scene): Worded => ({
  captions: captionsOf(scene),
  meaning: `${objectOf(scene)} ${scene.action}`,
});

/** Two frames of each of `clips` scenes, with captions. A pure function of (seed, clips). */
export function* renderPairs(seed: number, clips: number): Generator<Pair> {
  for (let index = 0; index < clips; index++) {
    const scene = sceneOf({ seed, split: 'clip', index });
    const random = seededRandom('pairs', seed, index);
    const others = ACTIONS.filter((action) => action !== scene.action);
    const otherActions = Array.from(chooseIndices(OTHER_ACTIONS, others.length, random), (other) =>
      worded({ ...scene, action: others[other]! }),
    );
    const first = Math.floor(random() * (FRAME_COUNT / 2));
    const { frames } = renderScene(scene, [first, first + FRAME_COUNT / 2]);
    for (const slot of [0, 1]) {
      yield {
        id: `scene ${index}`,
        image: downscale(frames, slot, random),
        ...worded(scene),
        otherActions,
        object: objectOf(scene),
      };
    }
  }
}
