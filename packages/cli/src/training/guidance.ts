import type { PictureTextEncoder, TextCues, TokenGrid } from '@tgm/masking';
import { showValue } from '@tgm/options';
import {
  type CaptionEmbeddings,
  type ClipCues,
  embedCaptions,
  openScores,
  storedTextCues,
  TrainError,
  textCues,
} from '@tgm/train';
import type { VideoDataset } from '@tgm/video-io';
import { readsText } from '../presets/check-settings.js';
import type { PretrainingSettings } from '../presets/settings.js';
import { CliError } from '../program/errors.js';

/** What captions bring into a pre-training, as `videoExamples` takes it. */
export interface Guidance {
  readonly texts?: CaptionEmbeddings;
  readonly cues?: ClipCues<TextCues>;
}

export interface GuidanceOptions {
  readonly settings: PretrainingSettings;
  readonly dataset: VideoDataset;
  /** The model's tokens. */
  readonly grid: TokenGrid;
  /** A folder of stored scores. */
  readonly scores: string | undefined;
  /** Opens the teacher; called at most once, and not where stored scores are all that is needed. */
  readonly encoder: () => Promise<PictureTextEncoder>;
  readonly signal: AbortSignal;
  /** Hears how many captions have embeddings. */
  readonly onCaptions?: (done: number, total: number) => void;
}

/**
 * Finds what the maskings and the contrast of settings read of captions: nothing, scores from a store or from the teacher, and an
 * embedding of each caption.
 *
 * @throws CliError `INPUT_INVALID` where no video has a caption; TrainError `NO_NEGATIVES` where the contrast has one for all; what the store and the teacher throw; the reason of `signal`.
 */
export async function guidanceOf(options: GuidanceOptions): Promise<Guidance> {
  const { settings, dataset, grid, scores, encoder, signal, onCaptions } = options;
  const masks = readsText(settings);
  if (!masks && !settings.contrast) return {};
  const captions = await captionsOf(dataset, signal);
  if (settings.contrast && captions.size === 1) throw nothingToTellApart(dataset, [...captions]);
  const teacher = settings.contrast || (masks && scores === undefined) ? await encoder() : undefined;
  const scoredFrames = settings.text?.scoredFrames ?? 'all';
  const cuesOf = async (): Promise<ClipCues<TextCues>> => {
    if (scores === undefined) return textCues({ encoder: teacher!, grid, scoredFrames });
    const store = await openScores(scores, { dataset, ...(teacher && { encoder: teacher }) });
    return storedTextCues({ store, grid, scoredFrames });
  };
  let done = 0;
  const embedding = {
    // Whoever asks the model for videos has to embed texts by the same teacher.
    digest: () => teacher!.digest(),
    async encodeText(texts: readonly string[]) {
      signal.throwIfAborted();
      const embedded = await teacher!.encodeText(texts);
      done += texts.length;
      onCaptions?.(done, captions.size);
      return embedded;
    },
  };
  return {
    ...(masks && { cues: await cuesOf() }),
    ...(settings.contrast && { texts: await embedCaptions(embedding, captions) }),
  };
}

const nothingToTellApart = ({ name, length }: VideoDataset, [caption]: readonly string[]): TrainError =>
  new TrainError('NO_NEGATIVES', {
    where: name,
    expected: 'different captions, which the contrast tells apart',
    received: `${showValue(caption)} for all of ${length} videos`,
    advice:
      'tgm caption writes captions for --captions; --templates "a video of {}" makes them of labels. --preset mgm-b-k400 and videomae-s-k400 need none.',
  });

/** All captions that differ. */
async function captionsOf(dataset: VideoDataset, signal: AbortSignal): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  for (let index = 0; index < dataset.length; index++) {
    signal.throwIfAborted();
    for (const caption of (await dataset.at(index)).captions) found.add(caption);
  }
  if (found.size > 0) return found;
  throw new CliError('INPUT_INVALID', {
    where: dataset.name,
    expected: 'captions, which a text masking and the contrast read',
    received: `none in ${dataset.length} videos`,
    advice: 'tgm caption writes them for --captions; --templates "a video of {}" makes them of labels.',
  });
}
