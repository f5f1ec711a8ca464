import type { Embeddings } from '@tgm/masking';
import { listOf, optionTable } from '@tgm/options';
import { ModelError } from '../errors.js';
import { anyText } from '../option-fields.js';

/** Texts whose embeddings are kept, the oldest dropped first: 128 MiB at a width of 512. */
const TEXTS_KEPT = 65_536;

const table = optionTable('encodeText', { captions: listOf(anyText()) }, ModelError);

/**
 * Embeds each text once.
 *
 * @param width D, of every embedding.
 * @param most texts that `embed` takes at once.
 * @param embed gives [count, D] of `count` texts.
 */
export function rememberedTexts(
  width: number,
  most: number,
  embed: (texts: readonly string[]) => Promise<Float32Array>,
): (texts: readonly string[]) => Promise<Embeddings> {
  const kept = new Map<string, Float32Array>();
  return async (texts) => {
    table.check({ captions: texts });
    const found = new Map(texts.map((text) => [text, kept.get(text)]));
    const missing = [...found.keys()].filter((text) => found.get(text) === undefined);
    for (let start = 0; start < missing.length; start += most) {
      const batch = missing.slice(start, start + most);
      const rows = await embed(batch);
      for (const [row, text] of batch.entries()) {
        const embedding = rows.slice(row * width, (row + 1) * width);
        found.set(text, embedding);
        kept.set(text, embedding);
      }
    }
    for (const oldest of kept.keys()) {
      if (kept.size <= TEXTS_KEPT) break;
      kept.delete(oldest);
    }
    const values = new Float32Array(texts.length * width);
    for (const [row, text] of texts.entries()) values.set(found.get(text)!, row * width);
    return { values, count: texts.length, width };
  };
}
