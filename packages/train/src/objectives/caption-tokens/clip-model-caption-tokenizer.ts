import type { CaptionTokenizer } from '@tgm/losses';
import type { ClipModelTokenizer } from '@tgm/models';
import { objectWith, optionTable } from '@tgm/options';
import { describeTokenizer } from '../../data/describe-tokenizer.js';
import { TrainError } from '../../errors.js';

const TOKENIZER = optionTable(
  'clipModelCaptionTokenizer',
  {
    tokenizer: objectWith<ClipModelTokenizer>('a ClipModelTokenizer', [
      'encode',
      'json',
      'config',
      'startId',
      'endId',
      'contextLength',
    ]),
  },
  TrainError,
);

/**
 * CLIP's tokens of a caption, without those of start and end, which say nothing. The vocabulary is that of its tokenizer.json.
 *
 * @throws TrainError `OPTION_INVALID`.
 */
export function clipModelCaptionTokenizer(tokenizer: ClipModelTokenizer): CaptionTokenizer {
  TOKENIZER.check({ tokenizer });
  const { startId, endId } = tokenizer;
  return {
    vocabulary: Math.max(startId, endId, ...idsOf(tokenizer.json)) + 1,
    encode(caption) {
      const { ids } = tokenizer.encode(caption);
      return ids.slice(1, ids.indexOf(endId));
    },
    describe: () => ({ is: 'clipModelCaptionTokenizer', tokenizer: describeTokenizer(tokenizer) }),
  };
}

/** Ids of the vocabulary of a tokenizer.json. */
function* idsOf(json: object): Generator<number> {
  const { model } = json as { readonly model?: { readonly vocab?: Readonly<Record<string, number>> } };
  yield* Object.values(model?.vocab ?? {});
}
