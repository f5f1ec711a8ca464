import { createHash } from 'node:crypto';
import type { PictureTextEncoder } from '@tgm/masking';
import { type Description, objectWith, optionTable, passing } from '@tgm/options';
import { TrainError } from '../errors.js';
import { fewNumbers } from './content-digest.js';

/** What captions mean to a text encoder. */
export interface CaptionEmbeddings {
  /** E. */
  readonly width: number;
  /** [E] L2-normalised; undefined for a caption that is not known. */
  of(caption: string): Float32Array | undefined;
  /** What tells these embeddings from others. */
  describe(): Description;
}

/** What embeds captions; a digest of its weights is told where it has one. */
type CaptionEncoder = Pick<PictureTextEncoder, 'encodeText'> & Partial<Pick<PictureTextEncoder, 'digest'>>;

const ARGUMENTS = optionTable(
  'embedCaptions',
  {
    encoder: objectWith<CaptionEncoder>('an encoder of text', ['encodeText']),
    captions: passing(
      'a list or set of captions, at least one, none of them empty',
      (value): value is readonly string[] =>
        Array.isArray(value) &&
        value.length > 0 &&
        value.every((caption) => typeof caption === 'string' && caption !== ''),
    ),
  },
  TrainError,
);

/** Captions that the encoder gets at once: enough to fill its batches. */
const CAPTIONS_PER_CALL = 256;

/**
 * Embeds captions once, so that the encoder has no part in training. Memory: 4 * E bytes a caption that differs from the
 * others.
 *
 * The description tells the captions by a hash, and the encoder by the digest of its weights where it has one, and by a few numbers of
 * the first embedding, to two decimals: the last digits are other ones on another machine.
 *
 * @throws TrainError `OPTION_INVALID`, and what the encoder throws.
 */
export async function embedCaptions(
  encoder: CaptionEncoder,
  captions: Iterable<string>,
): Promise<CaptionEmbeddings> {
  // A text is a list of letters, too.
  const iterable = typeof captions === 'object' && captions !== null && Symbol.iterator in captions;
  const different = iterable ? [...new Set(captions)] : captions;
  ARGUMENTS.check({ encoder, captions: different });
  const list = different as readonly string[];
  const known = new Map<string, Float32Array>();
  let width = 0;
  for (let first = 0; first < list.length; first += CAPTIONS_PER_CALL) {
    const group = list.slice(first, first + CAPTIONS_PER_CALL);
    const { values, width: columns } = await encoder.encodeText(group);
    width = columns;
    group.forEach((caption, row) => {
      known.set(caption, values.slice(row * width, (row + 1) * width));
    });
  }
  const content = createHash('sha256').update(JSON.stringify(list)).digest('hex');
  const sample = fewNumbers(known.get(list[0]!)!);
  const digest = await encoder.digest?.();
  return {
    width,
    of: (caption) => known.get(caption),
    describe: () => ({
      is: 'embedCaptions',
      captions: list.length,
      content,
      width,
      sample,
      ...(digest !== undefined && { encoder: digest }),
    }),
  };
}
