import { seededRandom, uniformIndex } from '@tgm/masking';
import { oneOf, optional, showValue } from '@tgm/options';
import { sampleAt, type VideoDataset, type VideoSample } from '@tgm/video-io';
import { TrainError } from '../errors.js';

/**
 * Whose caption the tokens of a clip are scored against: its `own`, or one of another sample, `shuffled`. The latter is the
 * control that the text matters: masks are of the same kind, and say nothing of the clip.
 */
export type ScoredCaptions = 'own' | 'shuffled';

export const scoredCaptionsField = () => optional(oneOf(['own', 'shuffled']), 'own');

/** Draws until a caption is another sample's: in vain where nearly all samples say the same, or nothing. */
const DRAWS = 200;

/**
 * A caption of another sample that `sample` does not have itself: a function of the sample's id, of its caption and of the data
 * set, the same in every run.
 *
 * @param where For errors: who asks.
 * @throws TrainError `TEXT_MISSING` where no other caption is found.
 */
export async function otherCaption(
  dataset: VideoDataset,
  sample: Pick<VideoSample, 'id' | 'captions'>,
  caption: string,
  where: string,
): Promise<string> {
  const random = seededRandom('another caption', sample.id, caption);
  for (let draw = 0; draw < DRAWS && dataset.length > 0; draw++) {
    const { id, captions } = await sampleAt(dataset, uniformIndex(dataset.length, random));
    if (id === sample.id || captions.length === 0) continue;
    const other = captions[uniformIndex(captions.length, random)]!;
    if (!sample.captions.includes(other)) return other;
  }
  throw new TrainError('TEXT_MISSING', {
    where: `${where}, sample "${sample.id}"`,
    expected: `another sample with another caption than ${showValue(caption)}`,
    received: `none in ${DRAWS} draws of ${dataset.length} samples`,
  });
}
