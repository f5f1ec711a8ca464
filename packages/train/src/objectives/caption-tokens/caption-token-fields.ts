import type { CaptionTokenizer, CaptionTokenNeeds } from '@tgm/losses';
import { number, objectWith, wholeNumber } from '@tgm/options';

/** The fields of `CaptionTokenNeeds`. */
export const captionTokenFields = () =>
  ({
    tokenizer: objectWith<CaptionTokenizer>('a tokenizer of captions', ['vocabulary', 'encode', 'describe']),
    length: wholeNumber({ from: 1 }),
    ratio: number({ above: 0, to: 1 }),
  }) satisfies Record<keyof CaptionTokenNeeds, unknown>;
