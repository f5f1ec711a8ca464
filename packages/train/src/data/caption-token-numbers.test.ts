import type { CaptionTokenNeeds } from '@tgm/losses';
import { reconstructionLoss } from '@tgm/losses';
import { randomMasking } from '@tgm/masking';
import { cpuEngine } from '@tgm/tfjs-backend-onnx';
import { beforeAll, describe, expect, it } from 'vitest';
import { captionTokenLoss } from '../objectives/caption-tokens/caption-token-loss.js';
import { wordTokenizer } from '../objectives/caption-tokens/word-tokenizer.js';
import { tinyModel } from '../objectives/tiny-batch.test-support.js';
import { jointNeeds } from '../objectives/weighted-loss.js';
import { maskedBatches } from './masked-batches.js';
import { noiseSource } from './noise-source.test-support.js';
import { shuffled } from './shuffled.js';

beforeAll(() => cpuEngine());

const CAPTIONS = ['one two three four five six seven eight nine ten', 'one two three four', 'two', '!'];
const tokenizer = wordTokenizer(CAPTIONS);

const batches = (
  change: { ratio?: number; length?: number; seed?: number; caption?: string | null } = {},
) => {
  const { ratio = 0.75, length = 6, seed = 1, caption } = change;
  const examples = shuffled(
    noiseSource(4, (_, index) =>
      caption === null ? { caption: undefined as never } : { caption: caption ?? CAPTIONS[index]! },
    ),
  );
  const losses = [{ loss: captionTokenLoss({ tokenizer, ratio, length }), weight: 1 }];
  return maskedBatches({
    model: tinyModel(),
    examples,
    masking: randomMasking({ ratio: 0.5 }),
    needs: jointNeeds(losses),
    batchSize: 4,
    seed,
  });
};

const firstOf = async (change: Parameters<typeof batches>[0] = {}, count = 1) => {
  const stream = await batches(change).open();
  const told: { ids: number[][]; used: number[][]; masked: number[][]; order: number[] }[] = [];
  for (let at = 0; at < count; at++) {
    const { tensors, ids } = (await stream.next())!;
    const { captionTokens } = tensors;
    told.push({
      ids: (await captionTokens!.ids.array()) as number[][],
      used: (await captionTokens!.used.array()) as number[][],
      masked: (await captionTokens!.masked.array()) as number[][],
      order: ids.map((id) => Number(id.split(' ')[1])),
    });
    expect(captionTokens!.ids.dtype).toBe('int32');
  }
  await stream.close();
  return told;
};

const sum = (row: readonly number[]) => row.reduce((all, each) => all + each, 0);

describe('tokens of captions', () => {
  it('are those of each caption, cut to the places, with three quarters of them hidden', async () => {
    const [first] = await firstOf();
    for (const [row, sample] of first!.order.entries()) {
      const tokens = [...(tokenizer.encode(CAPTIONS[sample]!) as number[])].slice(0, 6);
      const padding = Array.from({ length: 6 - tokens.length }, () => 0);
      expect(first!.ids[row]).toEqual([...tokens, ...padding]);
      expect(first!.used[row]).toEqual([...tokens.map(() => 1), ...padding]);
      // floor(0.75 * 6), floor(0.75 * 4), one at least, and none of none.
      expect(sum(first!.masked[row]!)).toBe([4, 3, 1, 0][sample]);
      expect(first!.masked[row]!.every((hidden, at) => hidden <= first!.used[row]![at]!)).toBe(true);
    }
    const [whole] = await firstOf({ ratio: 1 });
    expect(whole!.masked).toEqual(whole!.used);
  });

  it('are hidden anew in each epoch and under each seed, and the same again', async () => {
    const [one, two] = await firstOf({ length: 10 }, 2);
    expect(await firstOf({ length: 10 }, 2)).toEqual([one, two]);
    const hiddenOf = (batch: typeof one) => batch!.masked[batch!.order.indexOf(0)];
    expect(hiddenOf(two)).not.toEqual(hiddenOf(one));
    const [other] = await firstOf({ length: 10, seed: 2 });
    expect(hiddenOf(other)).not.toEqual(hiddenOf(one));
  });

  it('are not made where no loss reads them, and are told where one does', async () => {
    const needs = jointNeeds([{ loss: reconstructionLoss(), weight: 1 }]);
    expect('captionTokens' in needs).toBe(false);
    const stream = await maskedBatches({
      model: tinyModel(),
      examples: shuffled(noiseSource()),
      masking: randomMasking({ ratio: 0.5 }),
      needs,
      batchSize: 2,
      seed: 1,
    }).open();
    expect((await stream.next())!.tensors.captionTokens).toBeUndefined();
    await stream.close();
    const told = (await batches().describe()) as { needs?: { captionTokens?: unknown } };
    expect(told.needs!.captionTokens).toEqual({ tokenizer: tokenizer.describe(), length: 6, ratio: 0.75 });
  });

  it('of a sample without a caption, or outside the vocabulary, name the sample', async () => {
    await expect(firstOf({ caption: null })).rejects.toMatchObject({ code: 'TEXT_MISSING' });
    const losses = (given: CaptionTokenNeeds['tokenizer']) => [
      { loss: captionTokenLoss({ tokenizer: given }), weight: 1 },
    ];
    for (const token of [-1, 0.5, 3, Number.NaN]) {
      const stream = await maskedBatches({
        model: tinyModel(),
        examples: shuffled(noiseSource(1)),
        masking: randomMasking({ ratio: 0.5 }),
        needs: jointNeeds(
          losses({ vocabulary: 3, encode: () => [0, token], describe: () => ({ is: 'wrong' }) }),
        ),
        batchSize: 1,
        seed: 1,
      }).open();
      await expect(stream.next()).rejects.toMatchObject({
        code: 'EXAMPLE_INVALID',
        where: 'Example "noise 0", caption "caption 0"',
      });
      await stream.close();
    }
  });

  it('are the same for all losses that read them', () => {
    const loss = captionTokenLoss({ tokenizer });
    const of = (change: object) => ({
      loss: { ...captionTokenLoss({ tokenizer, ...change }), name: 'second' },
      weight: 1,
    });
    expect(jointNeeds([{ loss, weight: 1 }, of({})]).captionTokens).toEqual(loss.needs.captionTokens);
    for (const change of [{ length: 3 }, { ratio: 0.5 }, { tokenizer: wordTokenizer(['a']) }]) {
      expect(() => jointNeeds([{ loss, weight: 1 }, of(change)])).toThrow(
        expect.objectContaining({ code: 'OPTION_INVALID' }),
      );
    }
  });
});
