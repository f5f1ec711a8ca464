import { describe, expect, it } from 'vitest';
import { embedCaptions } from './caption-embeddings.js';

describe('embedCaptions', () => {
  const encoder = {
    calls: [] as (readonly string[])[],
    async encodeText(captions: readonly string[]) {
      this.calls.push(captions);
      return {
        values: Float32Array.from(captions.flatMap((caption) => [caption.length, Number(caption) || 0])),
        count: captions.length,
        width: 2,
      };
    },
  };

  it('embeds each caption once, several calls of the encoder long', async () => {
    const captions = Array.from({ length: 600 }, (_, i) => `${i % 300}`);
    const embedded = await embedCaptions(encoder, captions);
    expect(encoder.calls.map((call) => call.length)).toEqual([256, 44]);
    expect(embedded.width).toBe(2);
    for (const caption of ['0', '17', '299'])
      expect(embedded.of(caption)).toEqual(Float32Array.of(caption.length, Number(caption)));
    expect(embedded.of('300')).toBeUndefined();
    expect(embedded.describe()).toEqual((await embedCaptions(encoder, captions)).describe());
    expect((await embedCaptions(encoder, captions.slice(1))).describe()).not.toEqual(embedded.describe());
    const named = (digest: string) => embedCaptions({ ...encoder, digest: async () => digest }, captions);
    expect((await named('a')).describe()).toMatchObject({ encoder: 'a' });
    expect((await named('a')).describe()).not.toEqual((await named('b')).describe());
    const other = {
      encodeText: async (list: readonly string[]) => {
        const { values, ...rest } = await encoder.encodeText(list);
        return { ...rest, values: values.map((value) => value + 0.1) };
      },
    };
    expect((await embedCaptions(other, captions)).describe()).not.toEqual(embedded.describe());
  });

  it('refuses one text, none, and empty ones', async () => {
    for (const captions of [
      'a dog',
      [],
      new Set<string>(),
      ['a dog', ''],
      [7] as never,
      undefined as never,
    ]) {
      await expect(embedCaptions(encoder, captions)).rejects.toMatchObject({
        code: 'OPTION_INVALID',
        where: 'embedCaptions, option captions',
      });
    }
    await expect(embedCaptions({} as never, ['a dog'])).rejects.toMatchObject({ code: 'OPTION_INVALID' });
  });
});
