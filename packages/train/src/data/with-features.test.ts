import { describe, expect, it } from 'vitest';
import { tinyModel } from '../objectives/tiny-batch.test-support.js';
import { exampleSourceContract } from './example-source-contract.js';
import type { ExampleSource } from './examples.js';
import { noiseSource, type TextCueOnly } from './noise-source.test-support.js';
import { shuffled } from './shuffled.js';
import { type FeatureTeacher, withFeatures } from './with-features.js';

/** Says of each of the 8 tokens the first byte of the clip and the number of the token. */
const firstByte = (change: Partial<FeatureTeacher> = {}): FeatureTeacher => ({
  width: 2,
  describe: () => ({ is: 'firstByte' }),
  features: (frames) =>
    Float32Array.from({ length: 16 }, (_, at) => (at % 2 === 0 ? frames[0]! : (at - 1) / 2)),
  ...change,
});

describe('withFeatures', () => {
  for (const { name, run } of exampleSourceContract(
    'withFeatures',
    () => withFeatures(noiseSource(), firstByte()),
    { model: tinyModel() },
  )) {
    it(name, run);
  }

  it('adds what the teacher says, also when it takes its time, and changes nothing else', async () => {
    for (const teacher of [
      firstByte(),
      firstByte({ features: async (frames) => firstByte().features(frames) }),
    ]) {
      const source = withFeatures(noiseSource(), teacher);
      const [plain] = await noiseSource().load(3, () => 0);
      const features = Float32Array.from(
        [0, 1, 2, 3, 4, 5, 6, 7].flatMap((token) => [plain!.frames[0]!, token]),
      );
      expect(await source.load(3, () => 0)).toEqual([{ ...plain, features }]);
    }
  });

  it('keeps what its source tells', async () => {
    const told = { perSample: 1, parallel: 3, textWidth: 5, classes: ['walk', 'run'] };
    const source = withFeatures({ ...noiseSource(), ...told }, firstByte());
    expect(source).toMatchObject({ ...told, length: 6, featureWidth: 2 });
    expect(await source.id(2)).toBe('noise 2');
    expect(await source.describe()).toEqual({
      is: 'withFeatures',
      source: { is: 'noiseSource', length: 6 },
      teacher: { is: 'firstByte' },
    });
    expect(shuffled(source).featureWidth).toBe(2);
    expect(Object.keys(withFeatures(noiseSource(), firstByte()))).not.toContain('classes');
  });

  it.each([
    ['no teacher', undefined],
    ['a teacher without a description', { width: 2, features: firstByte().features }],
    ['a teacher whose description is no function', firstByte({ describe: undefined as never })],
    ['a teacher of no width', firstByte({ width: 0 })],
  ])('refuses %s', (_name, teacher) => {
    expect(() => withFeatures(noiseSource(), teacher as FeatureTeacher)).toThrow(
      expect.objectContaining({ name: 'TrainError', code: 'OPTION_INVALID' }),
    );
  });

  it('refuses a teacher that does not say what it is', async () => {
    for (const describe of [() => undefined, async () => ({})]) {
      await expect(
        withFeatures(noiseSource(), firstByte({ describe: describe as never })).describe(),
      ).rejects.toMatchObject({
        code: 'OPTION_INVALID',
        where: 'withFeatures, argument teacher, describe',
      });
    }
  });

  it('refuses what is no source', () => {
    expect(() => withFeatures({} as ExampleSource<TextCueOnly>, firstByte())).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID' }),
    );
    expect(() => withFeatures(noiseSource(0), firstByte())).toThrow(
      expect.objectContaining({ code: 'NO_EXAMPLES' }),
    );
  });

  it.each<[string, unknown, string]>([
    ['other numbers than its width', new Float32Array(15), '15 numbers'],
    ['none', new Float32Array(0), '0 numbers'],
    ['a list', [1, 2], '[1, 2]'],
    ['NaN', new Float32Array(16).fill(Number.NaN, 5), 'NaN at position 5'],
  ])('names the example of which the teacher says %s', async (_name, said, received) => {
    const source = withFeatures(noiseSource(), firstByte({ features: () => said as Float32Array }));
    await expect(source.load(1, () => 0)).rejects.toMatchObject({
      code: 'OPTION_INVALID',
      where: 'withFeatures, argument teacher (firstByte), example "noise 1"',
      received,
    });
  });
});
