import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TINY_CLIP_FOLDER } from '@tgm/cli';
import { textGuidedMasking } from '@tgm/masking';
import { onnxEngine } from '@tgm/tfjs-backend-onnx';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { renderScene, sceneOf } from '../moving-shapes/index.js';
import { type KnownClip, knownClips } from './known-clips.js';
import { CENTRE, MASKS, type MaskEntry, TEXT_MASKS } from './mask-rows.js';
import { hiddenShares, measureMask } from './measure-mask.js';
import type { Wording } from './wordings.js';

const SEED = 4;
const CLIPS = 48;
let folder: string;
let clips: KnownClip[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tgm-trust-'));
  const engine = await onnxEngine({ threads: 1 });
  try {
    clips = await knownClips({
      data: folder,
      seed: SEED,
      clips: CLIPS,
      workers: 2,
      engine,
      clipModel: TINY_CLIP_FOLDER,
      signal: new AbortController().signal,
    });
  } finally {
    await engine.dispose();
  }
}, 600_000);
afterAll(() => rm(folder, { recursive: true }));

/** Share of the named object's tokens that a mask of the table hides at 0.6, in per cent. */
function hiddenBy(name: string): number {
  const entry = [...MASKS, ...TEXT_MASKS].find((each) => each.name === name)!;
  return 100 * measureMask(entry, 0.6, clips).tokens.all!.mean;
}

describe('the named object under masks of ratio 0.6, on unseen clips', () => {
  test.each(['random', 'random-slice'])('%s hides the ratio, floor(64 * 0.6) / 64', (name) => {
    expect(Math.abs(hiddenBy(name) - 60)).toBeLessThanOrEqual(3);
  });

  test('text hides it, by the value features of CLIP', () => {
    expect(hiddenBy('text')).toBeGreaterThanOrEqual(90);
  });

  test('a wrong caption or another clip’s does not', () => {
    expect(hiddenBy('text, wrong caption')).toBeLessThanOrEqual(65);
    expect(hiddenBy('text, shuffled caption')).toBeLessThanOrEqual(65);
  });

  test('raw features of this CLIP are no guide: near chance, whatever the caption', () => {
    expect(hiddenBy('text, raw')).toBeLessThanOrEqual(70);
    expect(hiddenBy('text, raw') - hiddenBy('text, raw, wrong caption')).toBeLessThanOrEqual(15);
  });

  test('its control, the bottom of the scores, leaves it', () => {
    expect(hiddenBy('text, bottom')).toBeLessThanOrEqual(10);
  });
});

describe('captions that name more, or something else', () => {
  /** Mean share of the tokens of an object, in per cent, that a mask hides. */
  const hidden = (entry: MaskEntry, object: 'coverage' | 'secondCoverage'): number => {
    const { shares } = hiddenShares(entry, 0.6, clips, (clip) => clip[object]);
    return (100 * shares.reduce((sum, { share }) => sum + share.tokens, 0)) / shares.length;
  };
  const text = (wording: Wording): MaskEntry => ({
    name: wording,
    masking: (ratio) => textGuidedMasking({ ratio }),
    wording,
  });

  test('a smaller shape is hidden, wherever it is, by a caption that names it', () => {
    expect(hidden(text('second'), 'secondCoverage')).toBeGreaterThanOrEqual(88);
    expect(hidden(text('second'), 'coverage')).toBeLessThanOrEqual(65);
    expect(hidden(CENTRE, 'secondCoverage')).toBeLessThanOrEqual(82);
  });

  test('both objects of a caption that names two', () => {
    expect(hidden(text('pair'), 'coverage')).toBeGreaterThanOrEqual(80);
    expect(hidden(text('pair'), 'secondCoverage')).toBeGreaterThanOrEqual(70);
  });

  test('the object of a caption that describes the scene', () => {
    expect(hidden(text('scene'), 'coverage')).toBeGreaterThanOrEqual(80);
  });
});

test('the ground truth is of the frames that were decoded', () => {
  for (const index of [0, 7, 18]) {
    const { frames } = renderScene(sceneOf({ seed: SEED, split: 'test', index }), [0, 14]);
    const { frames: decoded, height } = clips[index]!;
    const frameSize = 3 * height ** 2;
    [0, 7].forEach((slot, at) => {
      let error = 0;
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < height; x++) {
          for (let channel = 0; channel < 3; channel++) {
            const drawn = frames[((at * 2 * height + 2 * y) * 2 * height + 2 * x) * 3 + channel]!;
            error += Math.abs(drawn - decoded[slot * frameSize + (y * height + x) * 3 + channel]!);
          }
        }
      }
      expect(error / frameSize).toBeLessThan(6);
    });
  }
});
