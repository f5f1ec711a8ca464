import { describe, expect, it } from 'vitest';
import { bagOfWords } from './leak-words.js';

const CAPTIONS = ['a red circle moves to the left', 'the blue ring grows', 'a green cross spins in place'];

const cosine = (one: Float32Array, other: Float32Array): number =>
  one.reduce((sum, value, at) => sum + value * other[at]!, 0);

describe('bagOfWords', () => {
  const embed = bagOfWords(CAPTIONS);

  it('gives unit vectors, the same for the same words', () => {
    for (const caption of CAPTIONS) {
      expect(embed(caption)).toHaveLength(64);
      expect(cosine(embed(caption), embed(caption))).toBeCloseTo(1, 5);
    }
    expect(embed('there is a red circle, which moves left')).toEqual(embed(CAPTIONS[0]!));
    expect(bagOfWords(CAPTIONS)('the blue ring grows')).toEqual(embed('the blue ring grows'));
  });

  it('is nearer to a caption that shares an action than to one that shares nothing', () => {
    const own = embed('a red circle moves to the left');
    const action = cosine(own, embed('a yellow square moves to the left'));
    expect(action).toBeGreaterThan(cosine(own, embed('a yellow square grows')) + 0.2);
    expect(cosine(own, embed('a red circle spins in place'))).toBeGreaterThan(
      cosine(own, embed('a yellow square spins in place')),
    );
  });

  it('has the mean of its captions taken off', () => {
    const mean = bagOfWords([CAPTIONS[0]!]);
    // A caption that is the mean is nothing but its rounding.
    expect(cosine(mean('the blue ring grows'), mean('a blue ring grows'))).toBeCloseTo(1, 5);
    expect(cosine(mean('the blue ring grows'), embed('the blue ring grows'))).toBeLessThan(0.99);
  });
});
