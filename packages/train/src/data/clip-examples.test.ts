import { type MaskingStrategy, motionGuidedMasking, seededRandom, textGuidedMasking } from '@tgm/masking';
import type { SampleLabel } from '@tgm/video-io';
import { describe, expect, it } from 'vitest';
import { clipExamples } from './clip-examples.js';
import type { DecodedClip } from './decode-clips.js';
import type { ExampleSource } from './examples.js';
import type { CaptionedClip } from './score-clips.js';

const decoded = (id: string, grey = 0): DecodedClip => ({
  id,
  sample: { id: id.split('#')[0]!, source: `${id}.mp4`, captions: [] },
  frames: new Uint8Array(4 * 8 * 8 * 3).fill(grey),
  frameCount: 4,
  height: 8,
  width: 8,
  motion: { vectors: new Float32Array(4), known: new Uint8Array(2) },
});

const captioned = (id: string, captions: readonly string[]): CaptionedClip => ({
  ...decoded(id),
  captions: captions.map((caption) => ({
    caption,
    embedding: Float32Array.of(caption.length, 0),
    tokenScores: Float32Array.of(0, caption.length),
  })),
});

describe('clipExamples', () => {
  it('draws every caption of a clip, with its own scores and embedding', async () => {
    const examples = clipExamples([captioned('a', ['red', 'not red'])]);
    expect(examples.textWidth).toBe(2);
    const random = seededRandom(0);
    const drawn = (await Promise.all(Array.from({ length: 40 }, () => examples.load(0, random)))).flat();
    expect(new Set(drawn.map(({ caption }) => caption))).toEqual(new Set(['red', 'not red']));
    for (const { caption, cues, textEmbedding } of drawn) {
      expect(cues.tokenScores).toEqual(Float32Array.of(0, caption!.length));
      expect(textEmbedding).toEqual(Float32Array.of(caption!.length, 0));
    }
  });

  it('takes clips without captions', async () => {
    const clip = decoded('a');
    const examples = clipExamples([clip]);
    expect(examples).not.toHaveProperty('textWidth');
    expect(await examples.load(0, seededRandom(0))).toEqual([
      { id: 'a', frames: clip.frames, cues: { motion: clip.motion } },
    ]);
    const mixed = clipExamples([captioned('a', ['red']), captioned('b', [])]);
    expect(mixed.textWidth).toBe(2);
    expect((await mixed.load(1, seededRandom(0)))[0]).not.toHaveProperty('caption');
  });

  it('gives the labels of the samples, and tells data sets apart by them', async () => {
    const labelled = (label?: SampleLabel) =>
      clipExamples([
        { ...decoded('a'), sample: { ...decoded('a').sample, ...(label !== undefined && { label }) } },
      ]);
    expect((await labelled(3).load(0, () => 0))[0]).toMatchObject({ label: 3 });
    expect((await labelled({ verb: 1, noun: 0 }).load(0, () => 0))[0]).toMatchObject({
      label: { verb: 1, noun: 0 },
    });
    expect((await labelled().load(0, () => 0))[0]).not.toHaveProperty('label');
    const told = await Promise.all([labelled(3), labelled(4), labelled()].map((each) => each.describe()));
    expect(new Set(told.map(({ content }) => content)).size).toBe(3);
  });

  it('calls clips of one video by one id', async () => {
    const examples = clipExamples([decoded('a'), decoded('a#2')]);
    const loaded = (await Promise.all([0, 1].map((index) => examples.load(index, () => 0)))).flat();
    expect([...loaded.map(({ id }) => id), examples.id(1)]).toEqual(['a', 'a', 'a']);
  });

  it('describes what the clips are', async () => {
    const clips = () => [captioned('a', ['red']), captioned('b', ['blue'])];
    const first = await clipExamples(clips()).describe();
    expect(await clipExamples(clips()).describe()).toEqual(first);
    const [a, b] = clips() as [CaptionedClip, CaptionedClip];
    const others: (readonly CaptionedClip[])[] = [
      [a],
      [b, a],
      [a, { ...b, id: 'c' }],
      [a, { ...b, frames: new Uint8Array(b.frames.length).fill(1) }],
      [a, { ...b, frames: b.frames.subarray(1) }],
      [a, captioned('b', ['green'])],
      [{ ...a, captions: [{ ...a.captions[0]!, tokenScores: Float32Array.of(1, 1) }] }, b],
      [{ ...a, captions: [{ ...a.captions[0]!, embedding: Float32Array.of(0, 1) }] }, b],
      [
        a,
        {
          ...b,
          captions: [{ ...b.captions[0]!, embedding: new Float32Array(2), tokenScores: new Float32Array(3) }],
        },
      ],
      [a, { ...b, motion: { ...b.motion, known: Uint8Array.of(1, 1) } }],
    ];
    for (const other of others) expect(await clipExamples(other).describe()).not.toEqual(first);
  });

  it('tells against whose captions the tokens were scored, in every clip', async () => {
    const scored = async (scoredCaption?: string) => {
      const [a, b] = [captioned('a', ['red']), captioned('b', ['blue'])];
      const captions = b.captions.map((each) => ({
        ...each,
        ...(scoredCaption !== undefined && { scoredCaption }),
      }));
      return JSON.stringify(await clipExamples([a, { ...b, captions }]).describe());
    };
    expect(new Set([await scored(), await scored('green'), await scored('grey')]).size).toBe(3);
  });

  it('describes scores that differ in their last digits alike', async () => {
    const [a] = [captioned('a', ['red'])];
    const almost = {
      ...a!,
      captions: a!.captions.map((caption) => ({
        ...caption,
        tokenScores: caption.tokenScores.map((score) => score * (1 + 1e-6)),
      })),
    };
    expect(await clipExamples([almost]).describe()).toEqual(await clipExamples([a!]).describe());
  });

  it('describes itself in JSON, small negative numbers too', async () => {
    const [a] = [captioned('a', ['red'])];
    const captions = a!.captions.map((caption) => ({ ...caption, tokenScores: Float32Array.of(-1e-4, -1) }));
    const described = await clipExamples([{ ...a!, captions }]).describe();
    expect(JSON.parse(JSON.stringify(described))).toStrictEqual(described);
  });

  it('refuses what is no clip', () => {
    expect(() => clipExamples([decoded('a'), { frameCount: 1 } as never])).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID', where: 'clipExamples, argument, option clips.1' }),
    );
  });

  it('refuses none, and embeddings of different widths', () => {
    expect(() => clipExamples([])).toThrow(expect.objectContaining({ code: 'NO_EXAMPLES' }));
    expect(() => clipExamples(undefined as never)).toThrow(expect.objectContaining({ code: 'NO_EXAMPLES' }));
    const wide = captioned('b', ['red']);
    const other = { ...wide, captions: [{ ...wide.captions[0]!, embedding: new Float32Array(3) }] };
    expect(() => clipExamples([captioned('a', ['red']), other])).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID', where: expect.stringContaining('"b"') }),
    );
  });

  it('compiles with strategies whose cues it has, and with no others', () => {
    const use = <Cues extends object>(_: ExampleSource<Cues>, __: MaskingStrategy<Cues>): void => undefined;
    use(clipExamples([captioned('a', ['red'])]), textGuidedMasking({ ratio: 0.5 }));
    use(clipExamples([decoded('a')]), motionGuidedMasking({ ratio: 0.5 }));
    // @ts-expect-error there is no cue `text`
    use(clipExamples([decoded('a')]), textGuidedMasking({ ratio: 0.5 }));
  });
});
