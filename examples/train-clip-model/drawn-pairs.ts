import { chooseIndices } from '@tgm/masking';
import type { ImageTextPairs } from '@tgm/train';
import type { CaptionKind } from '../moving-shapes/index.js';
import type { Pair, Worded } from './pairs.js';

/**
 * Every fourth batch has captions that describe the surroundings, and no images: matched with images, they would draw the
 * patches' features away from the object that the captions name.
 */
const SCENE_EVERY = 4;

/** Rendered pairs, with two different captions drawn for each scene and for the same scene with other actions. */
export function drawnPairs(seed: number, pairs: readonly Pair[]): ImageTextPairs {
  return {
    length: pairs.length,
    load(indices, random, batch) {
      const textOnly = batch % SCENE_EVERY === SCENE_EVERY - 1;
      const kind: CaptionKind = textOnly ? 'scene' : 'object';
      const drawn = ({ captions, meaning }: Worded) => {
        const [text, paraphrase] = chooseIndices(2, captions[kind].length, random);
        return { text: captions[kind][text!]!, paraphrase: captions[kind][paraphrase!]!, meaning };
      };
      return indices.map((index) => {
        const pair = pairs[index]!;
        const { id, image, object, otherActions } = pair;
        const others = otherActions.map(drawn);
        // No single frame shows the action, and the captions of one object differ in nothing else.
        return { ...drawn(pair), id, match: object, others, ...(textOnly ? {} : { image }) };
      });
    },
    describe: () => ({ is: 'movingShapesPairs', seed, pairs: pairs.length }),
  };
}
