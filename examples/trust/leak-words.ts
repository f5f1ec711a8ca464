import { normal, seededRandom } from '@tgm/masking';

/** E. */
const WIDTH = 64;

/** Words that say nothing of a clip. */
const STOP_WORDS = new Set(
  'a an and are at in is it its of on one round that the there this to which with video shows'.split(' '),
);

const wordsOf = (caption: string): readonly string[] =>
  (caption.toLowerCase().match(/[a-z]+/g) ?? []).filter((word) => !STOP_WORDS.has(word));

/** A fixed direction for each word, the same in every run. */
function directionOf(word: string): Float32Array {
  const random = seededRandom('bag of words', word);
  return Float32Array.from({ length: WIDTH }, () => normal(random));
}

/**
 * Embeds captions as bags of words: the sum of a fixed random direction for each word, less the mean of `captions`, normalised.
 * Nothing is learned. Unlike a CLIP of single frames it knows what the named object does.
 *
 * @param captions of the training clips.
 * @returns [E] of a caption.
 */
export function bagOfWords(captions: readonly string[]): (caption: string) => Float32Array {
  const known = new Map<string, Float32Array>();
  const sumOf = (caption: string): Float32Array => {
    const sum = new Float32Array(WIDTH);
    for (const word of wordsOf(caption)) {
      const direction = known.get(word) ?? directionOf(word);
      known.set(word, direction);
      for (let at = 0; at < WIDTH; at++) sum[at]! += direction[at]!;
    }
    return sum;
  };
  const mean = new Float32Array(WIDTH);
  for (const caption of captions) {
    sumOf(caption).forEach((value, at) => {
      mean[at]! += value / captions.length;
    });
  }
  return (caption) => {
    const centred = sumOf(caption).map((value, at) => value - mean[at]!);
    const norm = Math.hypot(...centred);
    return centred.map((value) => value / norm);
  };
}
