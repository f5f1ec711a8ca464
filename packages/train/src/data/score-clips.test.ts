import { describe, expect, it } from 'vitest';
import type { DecodedClip } from './decode-clips.js';
import { redness } from './redness-encoder.test-support.js';
import { type CaptionedClip, scoreClips } from './score-clips.js';

const grid = { slices: 2, rows: 1, columns: 1 };

/** Four frames of one pixel with these red values. */
const clip = (id: string, reds: readonly number[], captions: readonly string[]): DecodedClip => ({
  id,
  sample: { id, source: `${id}.mp4`, captions },
  frames: Uint8Array.from(reds.flatMap((red) => [red, 0, 0])),
  frameCount: 4,
  height: 1,
  width: 1,
  motion: { vectors: new Float32Array(4), known: new Uint8Array(2) },
});

async function scored(
  clips: readonly DecodedClip[],
  scoredFrames: 'all' | 'first',
  captions: 'own' | 'shuffled' = 'own',
): Promise<CaptionedClip[]> {
  const all: CaptionedClip[] = [];
  for await (const group of scoreClips({ encoder: redness, clips, grid, scoredFrames, captions })) {
    all.push(...group);
  }
  return all;
}

describe('scoreClips', () => {
  const clips = [clip('a', [255, 0, 0, 0], ['red', 'not red']), clip('b', [0, 0, 255, 255], ['red'])];

  it('scores each clip against its own captions, as the mean over a tubelet', async () => {
    const [a, b] = await scored(clips, 'all');
    expect([...a!.captions[0]!.tokenScores]).toEqual([0.5, 0]);
    expect([...a!.captions[1]!.tokenScores]).toEqual([0.5, 1]);
    expect([...b!.captions[0]!.tokenScores]).toEqual([0, 1]);
    expect([...a!.captions[0]!.embedding]).toEqual([1, 0]);
  });

  it('or by the first frame of each tubelet alone', async () => {
    const [a] = await scored(clips, 'first');
    expect([...a!.captions[0]!.tokenScores]).toEqual([1, 0]);
  });

  it('or against another sample’s captions, and keeps the own ones for the contrastive loss', async () => {
    const two = [clip('a', [255, 255, 0, 0], ['red']), clip('b', [255, 255, 255, 255], ['not red'])];
    const [a, b] = (await scored(two, 'all', 'shuffled')).map(({ captions }) => captions[0]!);
    expect(a).toMatchObject({ caption: 'red', scoredCaption: 'not red' });
    expect([...a!.embedding]).toEqual([1, 0]);
    expect([...a!.tokenScores]).toEqual([0, 1]);
    expect(b).toMatchObject({ caption: 'not red', scoredCaption: 'red' });
    expect([...b!.tokenScores]).toEqual([1, 1]);
  });

  it('draws the other caption by names: the same among the same samples, whatever their clips', async () => {
    const many = Array.from({ length: 40 }, (_, i) =>
      clip(`${i}`, [255, 0, 0, 0], [`red ${i}`, `blue ${i}`]),
    );
    const others = async (clips: readonly DecodedClip[]) =>
      (await scored(clips, 'first', 'shuffled')).flatMap(({ captions }) =>
        captions.map((each) => each.scoredCaption!),
      );
    const drawn = await others(many);
    expect(await others(many)).toEqual(drawn);
    const second = many.map((each) => ({ ...each, id: `${each.id}#2` }));
    expect(await others([...many, ...second])).toEqual([...drawn, ...drawn]);
    drawn.forEach((caption, at) => {
      expect(many[Math.floor(at / 2)]!.sample.captions).not.toContain(caption);
    });
    expect(new Set(drawn).size).toBeGreaterThan(30);
  });

  it('names the clip for which no other sample has another caption', async () => {
    const same = ['a', 'b'].map((id) => clip(id, [0, 0, 0, 0], ['red']));
    for (const clips of [same, same.slice(1)]) {
      await expect(scored(clips, 'all', 'shuffled')).rejects.toMatchObject({ code: 'TEXT_MISSING' });
    }
  });

  it('keeps order and count over several calls of the encoder', async () => {
    const many = Array.from({ length: 100 }, (_, i) => clip(`${i}`, [255 * (i % 2), 0, 0, 0], ['red']));
    const all = await scored(many, 'first');
    expect(all.map(({ id }) => id)).toEqual(many.map(({ id }) => id));
    expect(all.map(({ captions }) => captions[0]!.tokenScores[0])).toEqual(many.map((_, i) => i % 2));
  });

  it('names the clip that is of another size than the first, or of frames that fill no slices', async () => {
    const [first, second] = clips as [DecodedClip, DecodedClip];
    for (const change of [{ width: 2, frames: new Uint8Array(24) }, { frameCount: 3 }]) {
      await expect(scored([first, { ...second, ...change }], 'all')).rejects.toMatchObject({
        code: 'EXAMPLE_INVALID',
        where: 'scoreClips, clip "b"',
      });
    }
  });

  it('names the clip that has no caption', async () => {
    await expect(scored([clip('silent', [0, 0, 0, 0], [])], 'all')).rejects.toMatchObject({
      code: 'TEXT_MISSING',
      where: 'scoreClips, clip "silent"',
    });
  });

  it.each<[object, string]>([
    [{ frames: 'last' }, 'frames'],
    [{ captions: 'wrong' }, 'captions'],
    [{ clips: [{}] }, 'clips.0'],
    [{ encoder: {} }, 'encoder'],
    [{ tokens: grid }, 'tokens'],
  ])('refuses %o', async (change, option) => {
    const options = { encoder: redness, clips: [], grid, ...change };
    await expect(scoreClips(options as never).next()).rejects.toMatchObject({
      code: 'OPTION_INVALID',
      where: `scoreClips, option ${option}`,
    });
  });
});
