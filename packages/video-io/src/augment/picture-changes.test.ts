import { seededRandom } from '@tgm/random';
import { describe, expect, it } from 'vitest';
import { randAugment } from '../index.js';
import { rotate, shearX, shearY, translateX, translateY } from './affine.js';
import {
  autoContrast,
  brightness,
  colour,
  contrast,
  equalize,
  invert,
  posterize,
  solarize,
  solarizeAdd,
} from './colour-changes.js';
import type { PictureChange } from './picture-change.js';
import { sharpness } from './sharpness.js';

const size = { width: 5, height: 4 };
const ramp = (count: number, modulus: number) =>
  Uint8Array.from({ length: count }, (_, i) => (i * 53 + ((i * i) % 97)) % modulus);
const picture = ramp(60, 256);

/** What Pillow 9.4 makes of the picture, two hexadecimal digits a number. */
const FIGURES: [name: string, change: PictureChange, figures: string][] = [
  [
    'autoContrast',
    autoContrast,
    '002471a9e71e629ff72e0061acfff73a87f2dc232d8ff2fe534acbcad54151c2e3ec578198b132556ea5c5f17da7d6003963aedf0457346bc2ff3493',
  ],
  [
    'invert',
    invert,
    'ffc991571bdd9d5b17d1eaa0540617c5711b24cacf711110aca73f362bbdae3c29149c83684bcbaa87623b1286592af9c6915a21e6a9cb8a4702bb72',
  ],
  [
    'posterize(3)',
    posterize(3),
    '002060a0e02060a0e0200040a0e0e02080e0c0202080e0e04040c0c0c04040c0c0e0606080a020406080c0e060a0c0002060a0c000402060a0e04080',
  ],
  [
    'solarize(100)',
    solarize(100),
    '003691571b22625b172e155f5406173a711b24353071111053583f362b42513c29146383684b345587623b1286592a0639915a211956348a47024472',
  ],
  [
    'solarizeAdd(77)',
    solarizeAdd(77),
    '4d83bba8e46fafa4e87b62acabf9e8878ee4db827d8eeeefa0a5c0c9d48f9ec3d6ebb0c997b481a2c59dc4edc6a6d55386bba5de66a381c2b8fd918d',
  ],
  [
    'colour(1.63)',
    colour(1.63),
    '003c979bfd003fabff330a8389ffed0e97ffff160d63ffff4951fbcee0001dd7f6ff477093c200427bb8b9fc3fa0ec001d74cdff0052127ce9ff1b92',
  ],
  [
    'colour(0.37)',
    colour(0.37),
    '1b2f44b4ca83849cb5281f3acce9e26584a4915352b8dbdc5c5e84c3c79184aeb5b17e879aa576677481ceddb2abbd7054677c8b4259556d86b06c87',
  ],
  [
    'contrast(1.63)',
    contrast(1.63),
    '00015cbaff0048b4ff000043bfffff0790ffff000090ffff3038e2f0ff142de6ffff4a739fce00336ca8e8ff6eb7ff00055cb6ff00350067d4ff178e',
  ],
  [
    'contrast(0.37)',
    contrast(0.37),
    '566a7f95ab637b93ac675e7a96b3ac6c8baba76a688bafaf75779da1a56f749fa6ad7b848e996a7683919fae8394a5596c7f93a960766a829bb4708b',
  ],
  [
    'brightness(1.63)',
    brightness(1.63),
    '0058b3ffff379fffff4a229affffff5ee7ffff564ee7ffff878fffffff6b84ffffffa1caf6ff548ac3ffffffc5ffff095cb3ffff288c54beffff6ee5',
  ],
  [
    'brightness(0.37)',
    brightness(0.37),
    '0013283e540c243c551107233f5c551534545113113458581e20474a4e181d484f56242d3742131f2c3a48572c3d4e0215283d52091f132b445d1934',
  ],
  [
    'sharpness(1.63)',
    sharpness(1.63),
    '00366ea8e42262a4e82e155fabf9e83a8ee4ff0a0790ffff3e35d0c9d44251c3d6ff51799cd00e366da5c4ed79a6d506396ea5de19563475b8fd448d',
  ],
  [
    'sharpness(0.37)',
    sharpness(0.37),
    '00366ea8e42262a4e82e155fabf9e83a8ee4b35f588bc0bf677aafc9d44251c3d6c5747e919759738294c4ed79a6d506396ea5de19563475b8fd448d',
  ],
  [
    'rotate(12)',
    rotate(12),
    '3b735290ce645379be5a5f8bb8e89d3a6c9fc7684587dde85d69afc6de5947acdbda60749fac3d597b95c5a1867fcc6371887eaa366d6c5697b5559c',
  ],
  [
    'shearX(0.21)',
    shearX(0.21),
    '114866a0dd365c94d93b2c6dabf9e86c71abc26f6c7bbee0787f98c9d442a190a6be8d5674946b8fb58a80808055897ab22f6a615c9ec75098808080',
  ],
  [
    'shearY(-0.21)',
    shearY(-0.21),
    '00366ea8e4228080808080808080803384d7ca6c2b76c7eb372678acf6de4ebdd7e5546492d2965360b6c8d5459dd31b716a98b86a444c77a4c7e37a',
  ],
  [
    'translateX(0.3)',
    translateX(0.3),
    '85c485485ca36c87a3808080808080b4918f70a3d78e9681808080808080c18b587696688cb28b8080808080808b437d894787985ca2808080808080',
  ],
  [
    'translateY(-0.3)',
    translateY(-0.3),
    '80808080808080808080808080808000366ea8e42262a4e82e155fabf9e82e7cccd0582d85dfed4b4aacc3db634cb8d8e7596c95bf595471a4c5e86e',
  ],
];

/** A clip of two pictures, the second one inverted, so that a change that looks past its frame is found out. */
function changed(change: PictureChange): Uint8Array {
  const frames = new Uint8Array(120);
  frames.set(picture);
  frames.set(
    picture.map((value) => 255 - value),
    60,
  );
  change(frames, size);
  return frames;
}

describe('changes of pictures', () => {
  it.each(FIGURES)('%s is Pillow’s, to a step of rounding', (_, change, figures) => {
    const expected = [...Buffer.from(figures, 'hex')];
    const got = [...changed(change).subarray(0, 60)];
    const off = got.map((value, i) => Math.abs(value - expected[i]!));
    expect(Math.max(...off), `${got}`).toBeLessThanOrEqual(1);
    expect(off.filter((value) => value > 0).length).toBeLessThanOrEqual(6);
  });

  it('equalize is Pillow’s', () => {
    const square = ramp(32 * 32 * 3, 200);
    equalize(square, { width: 32, height: 32 });
    expect(Buffer.from(square.subarray(0, 30)).toString('hex')).toBe(
      '005b91ff3074ff2172ffdf088fffbc2bb8fcff805dff6752ffff5d8b9903',
    );
  });

  it('treat each frame by itself', () => {
    for (const change of [autoContrast, contrast(0.37), sharpness(0.37), shearX(0.21)]) {
      const alone = picture.map((value) => 255 - value);
      change(alone, size);
      expect(changed(change).subarray(60)).toEqual(alone);
    }
  });
});

describe('randAugment', () => {
  const clip = () => ramp(2 * 96, 256);
  const shape = { width: 8, height: 4 };
  const run = (key: number, options = {}) => {
    const frames = clip();
    randAugment(frames, shape, seededRandom('rand-augment', key), options);
    return Buffer.from(frames).toString('hex');
  };

  it('is a function of its random numbers, and leaves a clip alone when nothing is to be made', () => {
    const untouched = Buffer.from(clip()).toString('hex');
    expect(run(1)).toBe(run(1));
    expect(run(1, { probability: 0 })).toBe(untouched);
    expect(run(1, { changes: 0 })).toBe(untouched);
    const made = Array.from({ length: 200 }, (_, key) => run(key, { probability: 1, changes: 1 }));
    expect(new Set(made).size).toBeGreaterThan(100);
  });

  it('draws the same numbers whether or not a change is made', () => {
    const draws = (probability: number) => {
      const random = seededRandom('draws');
      let count = 0;
      const counting = () => {
        count += 1;
        return random();
      };
      randAugment(clip(), shape, counting, { probability });
      return count;
    };
    expect([draws(0), draws(1)]).toEqual([20, 20]);
  });
});
