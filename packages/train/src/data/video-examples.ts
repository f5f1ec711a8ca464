import type { FlowCues, MotionCues, TokenGrid } from '@tgm/masking';
import {
  type Description,
  describer,
  objectWith,
  optional,
  optionTable,
  recorded,
  showValue,
  unrecorded,
  wholeNumber,
} from '@tgm/options';
import {
  type ClipRecipe,
  type LoadedClip,
  sampleAt,
  sampleLoader,
  type VideoDataset,
  type VideoLimits,
  type VideoPool,
  type VideoSample,
} from '@tgm/video-io';
import { TrainError } from '../errors.js';
import type { CaptionEmbeddings } from './caption-embeddings.js';
import { describeDataset } from './describe-dataset.js';
import type { ExampleClip, ExampleSource, TrainingExample } from './examples.js';
import { datasetField, poolField } from './option-fields.js';
import { checkFlowSource, type FlowSource, tokenFlow } from './token-flow.js';
import { tokenMotion } from './token-motion.js';

/** Cues that the caller finds for each clip. */
export interface ClipCues<Cues extends object> {
  /**
   * A function of its arguments.
   *
   * @param caption the one that was drawn; undefined for a sample without captions.
   */
  of(clip: LoadedClip, sample: VideoSample, caption: string | undefined): Cues | Promise<Cues>;
  /**
   * What tells these cues from others.
   *
   * @param size of the clips in pixels.
   */
  describe(size: ClipRecipe['size']): Description | Promise<Description>;
}

export interface VideoExamplesOptions<Cues extends object = object> {
  readonly dataset: VideoDataset;
  readonly pool: VideoPool;
  /** How videos become clips, in the model's size. */
  readonly recipe: ClipRecipe;
  /** The model's tokens, for the cue `motion`: how each of them moves. Default: no such cue. */
  readonly motion?: TokenGrid;
  /** The cue `flow`: how what is seen moves from frame to frame. Default: no such cue. */
  readonly flow?: FlowSource;
  /**
   * Clips of a video that make one example: the first is the example itself, the others are its `others`. Default 1. A
   * sample gives the recipe's `clips` / `views` examples.
   */
  readonly views?: number;
  /** Embeddings of the captions, such as `embedCaptions` makes. Default: examples have none. */
  readonly texts?: CaptionEmbeddings;
  /** Further cues, such as `textCues`. */
  readonly cues?: ClipCues<Cues>;
  /** What a video may cost. Default: the pool's own limits. */
  readonly limits?: Partial<VideoLimits>;
}

const TABLE = optionTable(
  'videoExamples',
  {
    dataset: unrecorded(datasetField()),
    pool: unrecorded(poolField()),
    recipe: objectWith<ClipRecipe>('a recipe', ['size', 'clips', 'plan', 'describe']),
    motion: optional(objectWith<TokenGrid>('a grid of tokens', ['slices', 'rows', 'columns'])),
    flow: optional(objectWith<FlowSource>('where the flow comes from', ['grid'])),
    views: optional(wholeNumber({ from: 1 }), 1),
    texts: optional(objectWith<CaptionEmbeddings>('embeddings of captions', ['width', 'of', 'describe'])),
    // Told below: their description may take its time.
    cues: unrecorded(optional(objectWith<ClipCues<object>>('cues of clips', ['of', 'describe']))),
    limits: unrecorded(optional(objectWith<Partial<VideoLimits>>('limits', []))),
  } satisfies Record<keyof VideoExamplesOptions, unknown>,
  TrainError,
);

/**
 * Videos on disk as training examples: decoded whenever they are asked for, nothing is kept. Where a sample has captions,
 * one of them is drawn each time.
 *
 * The description tells the data set by its name, its length and up to 1000 of its ids, and the recipe. It does not tell
 * where the files lie.
 *
 * @throws TrainError `OPTION_INVALID`; `load` throws what the pool throws, and `TEXT_MISSING` for a caption that `texts`
 *   does not know.
 */
export function videoExamples<Cues extends object = object>(
  options: VideoExamplesOptions<Cues> & { readonly motion: TokenGrid; readonly flow: FlowSource },
): ExampleSource<Cues & MotionCues & FlowCues>;
export function videoExamples<Cues extends object = object>(
  options: VideoExamplesOptions<Cues> & { readonly motion: TokenGrid },
): ExampleSource<Cues & MotionCues>;
export function videoExamples<Cues extends object = object>(
  options: VideoExamplesOptions<Cues> & { readonly flow: FlowSource },
): ExampleSource<Cues & FlowCues>;
export function videoExamples<Cues extends object = object>(
  options: VideoExamplesOptions<Cues>,
): ExampleSource<Cues>;
export function videoExamples(options: VideoExamplesOptions): ExampleSource<object> {
  const given = TABLE.check(options);
  const flow = given.flow && checkFlowSource(given.flow);
  const checked = { ...given, flow };
  const { dataset, pool, recipe, motion, views, texts, cues, limits } = checked;
  const perSample = recipe.clips / views;
  if (!Number.isInteger(perSample)) {
    throw new TrainError('OPTION_INVALID', {
      where: 'videoExamples, option views',
      expected: `a divisor of the recipe's clips, ${recipe.clips}`,
      received: showValue(views),
    });
  }
  const vectors = motion !== undefined || flow?.from === 'codec';
  const clipsOf = sampleLoader({ pool, recipe, motion: vectors, ...(limits && { limits }) });
  const describe = describer('videoExamples', recorded(TABLE, checked));
  const idOf = async (index: number): Promise<string> => (await sampleAt(dataset, index)).id;

  async function viewOf(
    clip: LoadedClip,
    sample: VideoSample,
    caption: string | undefined,
  ): Promise<ExampleClip<object>> {
    const own = await cues?.of(clip, sample, caption);
    return {
      frames: clip.frames,
      cues: {
        ...own,
        ...(motion && { motion: tokenMotion(clip, motion) }),
        ...(flow && { flow: tokenFlow(clip, flow) }),
      },
    };
  }

  return {
    length: dataset.length,
    perSample,
    parallel: pool.workers,
    ...(texts && { textWidth: texts.width }),
    ...(dataset.classes && { classes: dataset.classes }),
    id: idOf,
    async describe() {
      return {
        ...describe(),
        dataset: await describeDataset(dataset),
        ...(cues && { cues: await cues.describe(recipe.size) }),
      };
    },
    async load(index, random) {
      const sample = await sampleAt(dataset, index);
      // Drawn whether or not there are captions, so that they do not move the draws behind it.
      const caption = sample.captions[Math.floor(random() * sample.captions.length)];
      const textEmbedding = caption === undefined ? undefined : texts && embedding(texts, caption, sample);
      const clips = await clipsOf(sample, random);
      const shown = await Promise.all(clips.map((clip) => viewOf(clip, sample, caption)));
      return Array.from({ length: perSample }, (_, each): TrainingExample<object> => {
        const [own, ...others] = shown.slice(each * views, (each + 1) * views);
        return {
          ...own!,
          id: sample.id,
          ...(caption !== undefined && { caption }),
          ...(sample.label !== undefined && { label: sample.label }),
          ...(textEmbedding && { textEmbedding }),
          ...(views > 1 && { others }),
        };
      });
    },
  };
}

function embedding(texts: CaptionEmbeddings, caption: string, { id }: VideoSample): Float32Array {
  const values = texts.of(caption);
  if (values instanceof Float32Array && values.length === texts.width) return values;
  throw new TrainError('TEXT_MISSING', {
    where: `videoExamples, option texts, sample "${id}"`,
    expected: `an embedding of ${texts.width} numbers for the caption ${showValue(caption)}`,
    received: showValue(values),
  });
}
