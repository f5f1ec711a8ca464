import { type ClipFrames, type PatchTextEncoder, type TextCues, type TokenGrid, textCue } from '@tgm/masking';
import { objectWith, oneOf, optional, optionTable } from '@tgm/options';
import {
  type ClipRecipe,
  type LoadedClip,
  sampleAt,
  type VideoDataset,
  type VideoSample,
} from '@tgm/video-io';
import { TrainError } from '../errors.js';
import { fewNumbers } from './content-digest.js';
import { describeDataset } from './describe-dataset.js';
import { blamedOnSample } from './example-fault.js';
import { datasetField } from './option-fields.js';
import { otherCaption, type ScoredCaptions, scoredCaptionsField } from './other-caption.js';
import type { ClipCues } from './video-examples.js';

export interface TextCuesOptions {
  /** Of the recipe's size of frames. */
  readonly encoder: PatchTextEncoder;
  /** The model's tokens. */
  readonly grid: TokenGrid;
  /**
   * Which frames of a tubelet are scored: the mean over `all`, or the `first` alone, which costs a tubelet's share.
   * Default `all`. The paper does not say.
   */
  readonly scoredFrames?: 'all' | 'first';
  /**
   * Default `own`: the caption that was drawn for the example. Under `shuffled` the tokens are scored against a caption of another
   * sample; the example's caption and its embedding stay. Which one it is, is a function of the sample's id and caption.
   */
  readonly captions?: ScoredCaptions;
  /** The samples whose captions are drawn under `shuffled`, which needs it: that of the examples. All ids are read once. */
  readonly dataset?: VideoDataset;
}

const OPTIONS = optionTable(
  'textCues',
  {
    encoder: objectWith<PatchTextEncoder>('an encoder of patches and text', ['encodePatches', 'encodeText']),
    grid: objectWith<TokenGrid>('a grid of tokens', ['slices', 'rows', 'columns']),
    scoredFrames: optional(oneOf(['all', 'first']), 'all'),
    captions: scoredCaptionsField(),
    dataset: optional(datasetField()),
  } satisfies Record<keyof TextCuesOptions, unknown>,
  TrainError,
);

async function idsOf(dataset: VideoDataset): Promise<ReadonlySet<string>> {
  const ids = new Set<string>();
  for (let index = 0; index < dataset.length; index++) ids.add((await sampleAt(dataset, index)).id);
  return ids;
}

/** A text and a picture that tell encoders of other weights apart. */
const PROBE = 'a video';
const probeFrame = ({ width, height }: ClipRecipe['size']): ClipFrames => ({
  frames: Uint8Array.from({ length: width * height * 3 }, (_, at) => (at * 7) % 256),
  width,
  height,
});

/**
 * The cue `tokenScores` for `videoExamples`: how well each token of a clip matches its caption, found whenever a clip is loaded.
 * With it a run is text-guided from the videos on disk. The encoder is then a part of each step's data; `scoreClips` scores clips
 * in memory once.
 *
 * The description tells the encoder by its own description and by a few numbers of what it makes of a text and of a picture, to
 * two decimals; under `shuffled` the data set as `videoExamples` does.
 *
 * A sample without a caption counts as one that cannot be read: `shuffled` can replace it, `inOrder` leaves it out.
 *
 * @throws TrainError `OPTION_INVALID`; `of` throws `TEXT_MISSING` for a sample without a caption, or without another sample's, and
 *   `OPTION_INVALID` under `shuffled` for a sample that the data set does not have.
 */
export function textCues(options: TextCuesOptions): ClipCues<TextCues> {
  const { encoder, grid, scoredFrames, captions, dataset } = OPTIONS.check(options);
  if (captions === 'shuffled' && dataset === undefined) {
    throw new TrainError('OPTION_INVALID', {
      where: 'textCues, option dataset',
      expected: 'the data set whose captions are drawn, under captions "shuffled"',
      received: 'none',
    });
  }
  let ids: Promise<ReadonlySet<string>> | undefined;

  /** A caption of another sample of the data set, which has to be that of this one. */
  async function anotherCaption(sample: VideoSample, caption: string): Promise<string> {
    ids ??= idsOf(dataset!);
    if (!(await ids).has(sample.id)) {
      throw new TrainError('OPTION_INVALID', {
        where: 'textCues, option dataset',
        expected: `the data set of the examples, which has their sample "${sample.id}"`,
        received: `"${dataset!.name}", ${dataset!.length} samples without it`,
      });
    }
    return otherCaption(dataset!, sample, caption, 'textCues');
  }

  return {
    async of(clip, sample, caption) {
      if (caption === undefined) {
        throw blamedOnSample(
          new TrainError('TEXT_MISSING', {
            where: `textCues, sample "${sample.id}"`,
            expected: 'a caption to score its tokens against',
            received: 'none',
          }),
        );
      }
      const scored = captions === 'own' ? caption : await anotherCaption(sample, caption);
      const [patches, texts] = await Promise.all([
        encoder.encodePatches(scoredFrames === 'all' ? framesOf(clip) : firstFrames(clip, sample.id, grid)),
        encoder.encodeText([scored]),
      ]);
      const textEmbedding = texts.values.subarray(0, texts.width);
      return { tokenScores: textCue({ patches, textEmbedding, grid }) };
    },
    async describe(size) {
      const [texts, patches] = await Promise.all([
        encoder.encodeText([PROBE]),
        encoder.encodePatches(probeFrame(size)),
      ]);
      return {
        is: 'textCues',
        encoder: {
          ...encoder.describe?.(),
          text: fewNumbers(texts.values),
          patches: fewNumbers(patches.values),
        },
        grid: { ...grid },
        scoredFrames,
        captions,
        ...(captions === 'shuffled' && { dataset: await describeDataset(dataset!) }),
      };
    },
  };
}

const framesOf = ({ frames, geometry: { size } }: LoadedClip) => ({
  frames,
  height: size.height,
  width: size.width,
});

/** The first frame of each slice. */
function firstFrames(clip: LoadedClip, id: string, { slices }: TokenGrid) {
  const { height, width } = clip.geometry.size;
  const frameSize = height * width * 3;
  const step = clip.indices.length / slices;
  if (!Number.isInteger(step)) {
    throw new TrainError('EXAMPLE_INVALID', {
      where: `textCues, sample "${id}"`,
      expected: `a multiple of ${slices} frames`,
      received: `${clip.indices.length} frames`,
    });
  }
  const frames = new Uint8Array(slices * frameSize);
  for (let slice = 0; slice < slices; slice++) {
    const start = slice * step * frameSize;
    frames.set(clip.frames.subarray(start, start + frameSize), slice * frameSize);
  }
  return { frames, height, width };
}
