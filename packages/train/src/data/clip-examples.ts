import { createHash } from 'node:crypto';
import { type MotionCues, type TextCues, uniformIndex } from '@tgm/masking';
import { listOf, objectWith, optionTable, showValue } from '@tgm/options';
import { TrainError } from '../errors.js';
import { addSomeBytes, fewNumbers } from './content-digest.js';
import type { DecodedClip } from './decode-clips.js';
import type { ExampleSource, TrainingExample } from './examples.js';
import type { CaptionedClip, CaptionScores } from './score-clips.js';

const CLIPS = optionTable(
  'clipExamples, argument',
  { clips: listOf(objectWith<DecodedClip>('a decoded clip', ['id', 'sample', 'frames', 'motion'])) },
  TrainError,
);

/**
 * Clips in memory as training examples, each of them a sample. Clips of `decodeClips` have no captions and the cue
 * `motion`; those of `scoreClips` have the cue `tokenScores` too, and one of their captions is drawn each time (TGM, section 4.1).
 *
 * The description tells clips from others by their ids, labels and captions, by 256 bytes of each one's pixels and motion, spread
 * evenly, and by the lengths of their embeddings. Of what an encoder made, whose last digits depend on the machine, it tells a
 * few numbers of the first caption, to two decimals.
 *
 * @throws TrainError `NO_EXAMPLES`, `OPTION_INVALID` for what is no clip and for embeddings of different widths.
 */
export function clipExamples(clips: readonly CaptionedClip[]): ExampleSource<TextCues & MotionCues>;
export function clipExamples(clips: readonly DecodedClip[]): ExampleSource<MotionCues>;
export function clipExamples(
  clips: readonly (DecodedClip | CaptionedClip)[],
): ExampleSource<MotionCues & Partial<TextCues>> {
  if (!Array.isArray(clips) || clips.length === 0) {
    throw new TrainError('NO_EXAMPLES', {
      where: 'clipExamples, argument clips',
      expected: 'a list of clips, at least one',
      received: Array.isArray(clips) ? 'none' : showValue(clips),
    });
  }
  CLIPS.check({ clips });
  const textWidth = widthOf(clips);
  return {
    length: clips.length,
    perSample: 1,
    ...(textWidth !== undefined && { textWidth }),
    id: (index) => clips[index]!.sample.id,
    describe: () => ({
      is: 'clipExamples',
      clips: clips.length,
      content: digestOf(clips),
      ...encodedIn(clips),
    }),
    async load(index, random) {
      const clip = clips[index]!;
      const captions = captionsOf(clip);
      if (captions.length === 0) return [plain(clip)];
      const { caption, embedding, tokenScores } = captions[uniformIndex(captions.length, random)]!;
      return [
        { ...plain(clip), cues: { tokenScores, motion: clip.motion }, caption, textEmbedding: embedding },
      ];
    },
  };
}

const plain = ({ sample, frames, motion }: DecodedClip): TrainingExample<MotionCues> => ({
  id: sample.id,
  frames,
  cues: { motion },
  ...(sample.label !== undefined && { label: sample.label }),
});

const captionsOf = (clip: DecodedClip | CaptionedClip): readonly CaptionScores[] =>
  'captions' in clip ? clip.captions : [];

function widthOf(clips: readonly (DecodedClip | CaptionedClip)[]): number | undefined {
  let width: number | undefined;
  for (const clip of clips) {
    for (const { embedding } of captionsOf(clip)) {
      width ??= embedding.length;
      if (embedding.length === width) continue;
      throw new TrainError('OPTION_INVALID', {
        where: `clipExamples, clip "${clip.id}"`,
        expected: `embeddings of one width, ${width}`,
        received: `${embedding.length}`,
      });
    }
  }
  return width;
}

function digestOf(clips: readonly (DecodedClip | CaptionedClip)[]): string {
  const hash = createHash('sha256');
  for (const clip of clips) {
    hash.update(`\n${JSON.stringify([clip.id, clip.sample.id, clip.sample.label])}`);
    for (const array of [clip.frames, clip.motion.vectors, clip.motion.known]) addSomeBytes(hash, array);
    for (const { caption, scoredCaption, embedding, tokenScores } of captionsOf(clip)) {
      const scored = scoredCaption === undefined ? [] : [scoredCaption];
      hash.update(`\n${JSON.stringify([caption, embedding.length, tokenScores.length, ...scored])}`);
    }
  }
  return hash.digest('hex');
}

/** What tells one encoder from another. */
function encodedIn(clips: readonly (DecodedClip | CaptionedClip)[]): Record<string, number[]> {
  const first = clips.flatMap(captionsOf)[0];
  return first ? { embedding: fewNumbers(first.embedding), scores: fewNumbers(first.tokenScores) } : {};
}
