import { seededRandom } from '@tgm/random';
import { describe, expect, it } from 'vitest';
import { colourJitter } from '../index.js';
import { gaussianBlur } from './gaussian-blur.js';
import { hue } from './hue.js';

const none = { probability: 0, grey: 0, blur: 0 };
const size = { width: 12, height: 9 };
const length = size.width * size.height * 3;
const picture = Uint8Array.from({ length }, (_, i) => (i * 53 + ((i * i) % 97)) % 256);

describe('hue', () => {
  it('turns colours about the greys', () => {
    const colours = () => Uint8Array.of(250, 10, 40, 77, 77, 77, 0, 200, 100);
    const turned = (turn: number) => {
      const frames = colours();
      hue(turn)(frames, { width: 3, height: 1 });
      return [...frames];
    };
    expect(turned(0)).toEqual([...colours()]);
    expect(turned(1 / 3)).toEqual([40, 250, 10, 77, 77, 77, 100, 0, 200]);
    expect(turned(-1 / 3)).toEqual([10, 40, 250, 77, 77, 77, 200, 100, 0]);
    // Half a turn: 2/3 of the mean of all three, less a third of the way: twice the mean, less the colour itself.
    expect(turned(1 / 2)).toEqual([0, 190, 160, 77, 77, 77, 200, 0, 100]);
  });
});

describe('gaussianBlur', () => {
  it('is the convolution with a Gaussian, its edges continued', () => {
    const sigma = 0.8;
    const blurred = picture.slice();
    gaussianBlur(sigma)(blurred, size);
    const reach = 3;
    const clamp = (value: number, count: number) => Math.min(Math.max(value, 0), count - 1);
    for (const [x, y, channel] of [
      [5, 4, 0],
      [0, 0, 1],
      [11, 8, 2],
      [1, 7, 0],
    ] as const) {
      let [sum, weights] = [0, 0];
      for (let dy = -reach; dy <= reach; dy++) {
        for (let dx = -reach; dx <= reach; dx++) {
          const weight = Math.exp(-(dx * dx + dy * dy) / (2 * sigma * sigma));
          const at = clamp(y + dy, size.height) * size.width + clamp(x + dx, size.width);
          sum += weight * picture[at * 3 + channel]!;
          weights += weight;
        }
      }
      expect(blurred[(y * size.width + x) * 3 + channel]).toBe(Math.round(sum / weights));
    }
  });

  it('keeps frames apart, and leaves a plain picture alone', () => {
    const frames = new Uint8Array(2 * length).fill(90, 0, length).fill(200, length);
    const before = frames.slice();
    gaussianBlur(2)(frames, size);
    expect(frames).toEqual(before);
  });
});

describe('colourJitter', () => {
  it('changes all frames of a clip alike', () => {
    for (let key = 0; key < 20; key++) {
      const frames = new Uint8Array(3 * length);
      for (let t = 0; t < 3; t++) frames.set(picture, t * length);
      colourJitter(frames, size, seededRandom('alike', key));
      expect(frames.subarray(length, 2 * length)).toEqual(frames.subarray(0, length));
      expect(frames.subarray(2 * length)).toEqual(frames.subarray(0, length));
    }
  });

  it('leaves a clip alone that nothing is asked of', () => {
    const frames = picture.slice();
    colourJitter(frames, size, seededRandom('none'), none);
    expect(frames).toEqual(picture);
    colourJitter(frames, size, seededRandom('none'), {
      ...none,
      probability: 1,
      brightness: 0,
      contrast: 0,
      saturation: 0,
      hue: 0,
    });
    expect(frames).toEqual(picture);
  });

  it('draws factors of brightness evenly around 1, and not below 0', () => {
    const factors = (most: number) =>
      Array.from({ length: 2000 }, (_, key) => {
        const frames = new Uint8Array(3).fill(100);
        const options = { ...none, probability: 1, brightness: most, contrast: 0, saturation: 0, hue: 0 };
        colourJitter(frames, { width: 1, height: 1 }, seededRandom('factor', key), options);
        return frames[0]! / 100;
      });
    const small = factors(0.4);
    expect(Math.min(...small)).toBeGreaterThanOrEqual(0.59);
    expect(Math.max(...small)).toBeLessThanOrEqual(1.4);
    // Uniform on [0.6, 1.4]: deviation 0.231, of the mean of 2000 0.0052; values are cut to hundredths.
    expect(small.reduce((sum, factor) => sum + factor, 0) / 2000).toBeCloseTo(0.995, 1);
    expect(small.filter((factor) => factor < 0.8).length / 2000).toBeCloseTo(0.25, 1);
    expect(Math.min(...factors(1.5))).toBe(0);
  });

  it('makes greys of a share of the clips', () => {
    let greys = 0;
    for (let key = 0; key < 1000; key++) {
      const frames = picture.slice();
      colourJitter(frames, size, seededRandom('grey', key), { ...none, grey: 0.2 });
      if (frames.every((value, i) => value === frames[i - (i % 3)])) greys += 1;
    }
    // 200 of 1000, deviation 12.6.
    expect(Math.abs(greys - 200)).toBeLessThan(4 * 12.6);
  });

  it('blurs a share of the clips, by sigmas of all sizes', () => {
    const side = 64;
    const stripes = Uint8Array.from({ length: side * side * 3 }, (_, i) => (i % 6 < 3 ? 0 : 255));
    const blurred = (blur: number) => {
      let count = 0;
      for (let key = 0; key < 600; key++) {
        const frames = stripes.slice();
        colourJitter(frames, { width: side, height: side }, seededRandom('blur', key), { ...none, blur });
        if (frames.some((value, i) => value !== stripes[i])) count += 1;
      }
      return count / 600;
    };
    // A stripe's edge moves by half a grey when 2 w / (1 + 2 w) is 0.5 / 255 for w = exp(-1 / (2 sigma^2)): at a sigma of 0.269.
    // Sigmas are uniform from 0.1 to 2, times 64 / 224.
    const seen = (0.5714 - 0.2687) / (0.5714 - 0.0286);
    expect(Math.abs(blurred(1) - seen)).toBeLessThan(4 * 0.0203);
    expect(Math.abs(blurred(0.5) - seen / 2)).toBeLessThan(4 * 0.0183);
  });

  it('blurs larger pictures more: sigma goes with the shorter side', () => {
    const side = 224;
    const frames = new Uint8Array(side * side * 3);
    let changed = 0;
    for (let key = 0; key < 12; key++) {
      frames.fill(0).fill(255, 0, side * (side / 2) * 3);
      colourJitter(frames, { width: side, height: side }, seededRandom('edge', key), { ...none, blur: 1 });
      // Rows that are neither black nor white, on the lower side of the edge.
      let rows = 0;
      while (frames[(side / 2 + rows) * side * 3]! > 0) rows += 1;
      if (rows > 0) changed += 1;
      expect(rows).toBeLessThanOrEqual(6);
    }
    expect(changed).toBeGreaterThan(8);
  });

  it('refuses what it does not know', () => {
    const call = (options: object) => () => colourJitter(picture.slice(), size, seededRandom(1), options);
    for (const options of [
      { hue: 0.6 },
      { grey: 2 },
      { brightness: -1 },
      { gray: 0.2 },
      { blur: Number.NaN },
    ]) {
      expect(call(options)).toThrow(expect.objectContaining({ code: 'OPTION_INVALID' }));
    }
  });
});
