import {
  type MaskingStrategy,
  type MaskRequest,
  seededRandom,
  textGuidedMasking,
  tokenMask,
} from '@tgm/masking';
import { describe, expect, it } from 'vitest';
import { tinyModel } from '../objectives/tiny-batch.test-support.js';
import { exampleSourceContract } from './example-source-contract.js';
import type { ExampleSource } from './examples.js';
import { noiseSource, type TextCueOnly } from './noise-source.test-support.js';
import { withCues } from './with-cues.js';

interface Brightness {
  readonly brightness: number;
}

const meanOf = (frames: Uint8Array) => frames.reduce((sum, value) => sum + value, 0) / frames.length;

const brightness = {
  describe: () => ({ is: 'brightness' }),
  of: async ({ frames }: { frames: Uint8Array }): Promise<Brightness> => ({ brightness: meanOf(frames) }),
};

describe('withCues', () => {
  for (const { name, run } of exampleSourceContract('withCues', () => withCues(noiseSource(), brightness), {
    model: tinyModel(),
  }))
    it(name, run);

  it('gives each clip of an example the cue of its own pixels, beside the cues that were there', async () => {
    const [before] = await noiseSource().load(3, seededRandom(0));
    const [after] = await withCues(noiseSource(), brightness).load(3, seededRandom(0));
    const [other] = before!.others!;
    expect(after).toEqual({
      ...before,
      cues: { ...before!.cues, brightness: meanOf(before!.frames) },
      others: [{ ...other, cues: { ...other!.cues, brightness: meanOf(other!.frames) } }],
    });
    expect(meanOf(before!.frames)).not.toBe(meanOf(other!.frames));
  });

  it('takes the place of a cue of the same name', async () => {
    const flat = { describe: () => ({ is: 'flat' }), of: () => ({ tokenScores: new Float32Array(8) }) };
    const [example] = await withCues(noiseSource(), flat).load(0, seededRandom(0));
    expect(example!.cues.tokenScores).toEqual(new Float32Array(8));
  });

  it('tells the facts of a source, and describes the source and the cues', async () => {
    const source = { ...noiseSource(), perSample: 1, parallel: 3, classes: ['a', 'b'] };
    const further = withCues(source, brightness);
    const { length, perSample, parallel, textWidth, classes } = further;
    expect({ length, perSample, parallel, textWidth, classes }).toEqual({
      length: 6,
      perSample: 1,
      parallel: 3,
      textWidth: 5,
      classes: ['a', 'b'],
    });
    expect(await further.describe()).toEqual({
      is: 'withCues',
      source: { is: 'noiseSource', length: 6 },
      cues: { is: 'brightness' },
    });
  });

  it('refuses what makes no cues', async () => {
    const invalid = expect.objectContaining({ code: 'OPTION_INVALID' });
    expect(() => withCues(noiseSource(), undefined as never)).toThrow(invalid);
    expect(() => withCues(noiseSource(), { of: brightness.of } as never)).toThrow(invalid);
    expect(() => withCues({} as never, brightness)).toThrow(invalid);
    const nothing = { describe: brightness.describe, of: () => 7 as never };
    await expect(withCues(noiseSource(), nothing).load(1, seededRandom(0))).rejects.toMatchObject({
      code: 'EXAMPLE_INVALID',
      where: 'withCues, example "noise 1"',
    });
  });

  it('refuses cues that do not say what they are', async () => {
    const further = { ...brightness, describe: () => undefined as never };
    await expect(withCues(noiseSource(), further).describe()).rejects.toMatchObject({
      code: 'OPTION_INVALID',
      where: 'withCues, argument further, describe',
      received: 'undefined',
    });
  });

  it('compiles with strategies whose cues are then there, and with no others', () => {
    const bright: MaskingStrategy<Brightness> = {
      name: 'bright',
      ratio: 0.5,
      requires: ['brightness'],
      describe: () => ({ is: 'bright' }),
      mask: ({ grid }: MaskRequest<Brightness>) => tokenMask(grid, new Uint8Array(8)),
    };
    const use = <Cues extends object>(_: ExampleSource<Cues>, __: MaskingStrategy<NoInfer<Cues>>) =>
      undefined;
    const source: ExampleSource<TextCueOnly> = noiseSource();
    use(withCues(source, brightness), bright);
    use(withCues(source, brightness), textGuidedMasking({ ratio: 0.5 }));
    // @ts-expect-error there is no cue `brightness`
    use(source, bright);
  });
});
