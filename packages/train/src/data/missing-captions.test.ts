import { contrastiveLoss, type Loss } from '@tgm/losses';
import { randomMasking } from '@tgm/masking';
import type { LoadedClip } from '@tgm/video-io';
import { describe, expect, it } from 'vitest';
import { captionTokenLoss } from '../objectives/caption-tokens/caption-token-loss.js';
import { wordTokenizer } from '../objectives/caption-tokens/word-tokenizer.js';
import { tinyModel } from '../objectives/tiny-batch.test-support.js';
import { jointNeeds } from '../objectives/weighted-loss.js';
import type { BadExamplePolicy } from './bad-examples.js';
import { inOrder } from './in-order.js';
import { maskedBatches } from './masked-batches.js';
import { noiseSource } from './noise-source.test-support.js';
import { redness } from './redness-encoder.test-support.js';
import { shuffled } from './shuffled.js';
import { textCues } from './text-cues.js';
import { withCues } from './with-cues.js';

const tokenizer = wordTokenizer(['caption 0']);
const contrast = contrastiveLoss();
const captionTokens = captionTokenLoss({ tokenizer, ratio: 0.5, length: 4 });

/** Six clips, of which these have no caption. */
const clips = (...silent: number[]) =>
  noiseSource(6, (_, index) => (silent.includes(index) ? { caption: undefined as never } : {}));

const cues = textCues({ encoder: redness, grid: { slices: 1, rows: 1, columns: 1 } });
const pixel = {
  frames: Uint8Array.of(1, 2, 3),
  indices: [0],
  geometry: { size: { width: 1, height: 1 } },
} as unknown as LoadedClip;
const scored = (...silent: number[]) =>
  withCues(clips(...silent), {
    describe: () => ({ is: 'scored' }),
    of: ({ id, caption }) => cues.of(pixel, { id, source: id, captions: [] }, caption),
  });

const replace = (limit: number): BadExamplePolicy => ({ kind: 'replace', limit });

/** Two epochs in batches of 3: the ids, and what was replaced. */
async function read(loss: Loss, source: ReturnType<typeof clips>, badSamples?: BadExamplePolicy) {
  const stream = await maskedBatches({
    model: tinyModel(),
    examples: shuffled(source, { ...(badSamples && { badSamples }) }),
    masking: randomMasking({ ratio: 0.5 }),
    needs: jointNeeds([{ loss, weight: 1 }]),
    batchSize: 3,
    seed: 1,
  }).open();
  const ids: string[] = [];
  const replaced: string[] = [];
  try {
    for (let batch = 0; batch < 4; batch++) {
      const made = (await stream.next())!;
      ids.push(...made.ids);
      replaced.push(...made.replaced.map(({ id, code }) => `${id}: ${code}`));
    }
  } finally {
    await stream.close();
  }
  return { ids, replaced };
}

describe.each<[string, Loss, (...silent: number[]) => ReturnType<typeof clips>, string]>([
  ['a contrastive loss', contrast, clips, 'Example "noise 2"'],
  ['the tokens of captions', captionTokens, clips, 'Example "noise 2"'],
  ['a text cue', captionTokens, scored, 'textCues, sample "noise 2"'],
])('a sample without the caption that is read by %s', (_name, loss, source, where) => {
  it('ends the run by default, and names itself', async () => {
    await expect(read(loss, source(2))).rejects.toMatchObject({ code: 'TEXT_MISSING', where });
  });

  it('is replaced as one that cannot be read', async () => {
    const { ids, replaced } = await read(loss, source(2), replace(1));
    expect(ids).toHaveLength(12);
    expect(ids).not.toContain('noise 2');
    expect(replaced).toEqual(['noise 2: TEXT_MISSING']);
  });

  it('counts for the limit, and all of them are told at once', async () => {
    await expect(read(loss, source(2, 4), replace(1))).rejects.toMatchObject({
      code: 'TOO_MANY_BAD_SAMPLES',
      cause: { code: 'TEXT_MISSING' },
    });
    await expect(read(loss, source(0, 1, 2, 3, 4, 5), replace(9))).rejects.toMatchObject({
      code: 'NO_EXAMPLES',
      message: expect.stringContaining('caption'),
      cause: { code: 'TEXT_MISSING' },
    });
  });
});

it('a sample without a caption stays where nothing reads it', async () => {
  const needless = jointNeeds([
    { loss: { ...contrast, needs: { views: ['reconstruct'], text: false } }, weight: 1 },
  ]);
  const stream = await maskedBatches({
    model: tinyModel(),
    examples: shuffled(clips(0, 1, 2, 3, 4, 5)),
    masking: randomMasking({ ratio: 0.5 }),
    needs: needless,
    batchSize: 6,
    seed: 1,
  }).open();
  expect((await stream.next())!.ids).toHaveLength(6);
  await stream.close();
});

it('a sample without the caption of a text cue is left out in order, and told', async () => {
  const told: string[] = [];
  const ids: string[] = [];
  for await (const { id } of inOrder(scored(2), {
    onLeftOut: ({ id, code }) => told.push(`${id}: ${code}`),
  })) {
    ids.push(id);
  }
  expect(ids).toHaveLength(5);
  expect(told).toEqual(['noise 2: TEXT_MISSING']);
});
