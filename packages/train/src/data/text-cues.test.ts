import { datasetOf, type LoadedClip, type VideoSample } from '@tgm/video-io';
import { describe, expect, it } from 'vitest';
import { redness } from './redness-encoder.test-support.js';
import { textCues } from './text-cues.js';

const grid = { slices: 2, rows: 1, columns: 1 };

/** Four frames of one pixel with these red values. */
const clip = (...reds: number[]): LoadedClip =>
  ({
    frames: Uint8Array.from(reds.flatMap((red) => [red, 0, 0])),
    indices: reds.map((_, frame) => frame),
    geometry: { size: { width: 1, height: 1 } },
  }) as unknown as LoadedClip;

const sample = (id: string, ...captions: string[]): VideoSample => ({ id, source: `${id}.mp4`, captions });
const a = sample('a', 'red', 'crimson');
const dataset = datasetOf('two', [a, sample('b', 'not red')]);
const given = { encoder: redness, grid };

describe('textCues', () => {
  it('scores a clip against the caption that was drawn', async () => {
    const { of } = textCues(given);
    expect([...(await of(clip(255, 0, 0, 0), a, 'red')).tokenScores]).toEqual([0.5, 0]);
    expect([...(await of(clip(255, 0, 0, 0), a, 'crimson')).tokenScores]).toEqual([0.5, 1]);
  });

  it('or the first frame of each tubelet alone', async () => {
    const { of } = textCues({ ...given, scoredFrames: 'first' });
    expect([...(await of(clip(255, 0, 0, 255), a, 'red')).tokenScores]).toEqual([1, 0]);
    await expect(of(clip(255, 0, 0), a, 'red')).rejects.toMatchObject({ code: 'EXAMPLE_INVALID' });
  });

  it('or against a caption of another sample, never one of its own', async () => {
    const { of } = textCues({ ...given, captions: 'shuffled', dataset });
    for (const caption of a.captions) {
      expect([...(await of(clip(255, 255, 0, 0), a, caption)).tokenScores]).toEqual([0, 1]);
    }
    const same = datasetOf('same', [a, sample('c', 'red'), sample('d')]);
    const alone = textCues({ ...given, captions: 'shuffled', dataset: same });
    await expect(alone.of(clip(255, 255, 0, 0), a, 'red')).rejects.toMatchObject({
      code: 'TEXT_MISSING',
      message: expect.stringContaining('sample "a"'),
    });
  });

  it('refuses a sample that the data set of the captions does not have', async () => {
    const { of } = textCues({ ...given, captions: 'shuffled', dataset });
    const stranger = sample('stranger', 'blue');
    await expect(of(clip(0, 0, 0, 0), stranger, 'blue')).rejects.toMatchObject({
      code: 'OPTION_INVALID',
      where: 'textCues, option dataset',
      message: expect.stringContaining('"stranger"'),
      received: '"two", 2 samples without it',
    });
    await expect(textCues(given).of(clip(0, 0, 0, 0), stranger, 'blue')).resolves.toBeDefined();
  });

  it('draws among a data set’s samples and their captions, each time the same', async () => {
    const many = Array.from({ length: 30 }, (_, i) => sample(`${i}`, `red ${i}`, `blue ${i}`));
    const asked: string[] = [];
    const encoder = {
      ...redness,
      encodeText: (captions: readonly string[]) => {
        asked.push(...captions);
        return redness.encodeText(captions);
      },
    };
    const { of } = textCues({ encoder, grid, captions: 'shuffled', dataset: datasetOf('many', many) });
    for (const each of [...many, ...many]) await of(clip(0, 0, 0, 0), each, each.captions[0]!);
    expect(asked.slice(30)).toEqual(asked.slice(0, 30));
    expect(new Set(asked).size).toBeGreaterThan(15);
    expect(asked.some((caption) => caption.startsWith('blue'))).toBe(true);
  });

  it('names the sample without a caption', async () => {
    const { of } = textCues(given);
    await expect(of(clip(0, 0, 0, 0), sample('silent'), undefined)).rejects.toMatchObject({
      code: 'TEXT_MISSING',
      where: 'textCues, sample "silent"',
    });
  });

  it('asks for the data set under shuffled captions', () => {
    expect(() => textCues({ ...given, captions: 'shuffled' })).toThrow('textCues, option dataset');
  });

  it('tells its options and its encoder apart', async () => {
    const other = {
      ...redness,
      encodeText: async (captions: readonly string[]) => ({
        values: new Float32Array(captions.length * 2).fill(Math.SQRT1_2),
        count: captions.length,
        width: 2,
      }),
    };
    const seesBlue: typeof redness = {
      ...redness,
      async encodePatches(clip) {
        const seen = await redness.encodePatches(clip);
        return { ...seen, values: seen.values.toReversed() };
      },
    };
    const named = { ...redness, describe: () => ({ is: 'redness' }) };
    const size = { width: 2, height: 1 };
    const others = datasetOf('two', [a, sample('c', 'not red')]);
    const shuffledOf = (of: typeof dataset) => ({ ...given, captions: 'shuffled' as const, dataset: of });
    const told = await Promise.all(
      [
        given,
        { ...given, encoder: seesBlue },
        { ...given, encoder: other },
        { ...given, encoder: named },
        { ...given, grid: { ...grid, slices: 4 } },
        { ...given, scoredFrames: 'first' as const },
        shuffledOf(dataset),
        shuffledOf(others),
      ].map(async (options) => JSON.stringify(await textCues(options).describe(size))),
    );
    expect(new Set(told).size).toBe(told.length);
    expect(JSON.stringify(await textCues(given).describe(size))).toBe(told[0]);
  });
});
