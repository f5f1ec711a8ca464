import { createHash } from 'node:crypto';
import type { PatchTextEncoder } from '@tgm/masking';
import type { Description } from '@tgm/options';

/** What captions mean to a text encoder. */
export interface CaptionEmbeddings {
  /** E. */
  readonly width: number;
  /** [E] L2-normalised; undefined for a caption that is not known. */
  of(caption: string): Float32Array | undefined;
  /** What tells these embeddings from others. */
  describe(): Description;
}

/** Captions that the encoder gets at once: enough to fill its batches. */
const CAPTIONS_PER_CALL = 256;

/**
 * Embeds captions once, so that the encoder has no part in training. Memory: 4 * E bytes a caption that differs from the
 * others. The description tells the captions and their embeddings by a hash of them all.
 */
export async function embedCaptions(
  encoder: Pick<PatchTextEncoder, 'encodeText'>,
  captions: Iterable<string>,
): Promise<CaptionEmbeddings> {
  const different = [...new Set(captions)];
  const known = new Map<string, Float32Array>();
  const hash = createHash('sha256');
  let width = 0;
  for (let first = 0; first < different.length; first += CAPTIONS_PER_CALL) {
    const group = different.slice(first, first + CAPTIONS_PER_CALL);
    const { values, width: columns } = await encoder.encodeText(group);
    width = columns;
    hash.update(JSON.stringify(group)).update(values);
    group.forEach((caption, row) => {
      known.set(caption, values.slice(row * width, (row + 1) * width));
    });
  }
  const content = hash.digest('hex');
  return {
    width,
    of: (caption) => known.get(caption),
    describe: () => ({ is: 'embedCaptions', captions: different.length, width, content }),
  };
}
