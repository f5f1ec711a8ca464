import {
  captionRetrieval,
  classTexts,
  type Features,
  type LeftOutExample,
  type Outcome,
  retrieval,
  type ZeroShotResult,
  zeroShot,
} from '@tgm/eval';
import type { Collective } from '@tgm/train';
import type { ClassNames, OpenedDataset, VideoSample } from '@tgm/video-io';
import { isList } from '../data/class-name.js';
import { CliError } from '../program/errors.js';
import type { TeacherOptions } from '../teacher/teacher-section.js';
import { type CaptionSpace, captionSpace } from './caption-space.js';
import type { ModelFolder } from './model-folder.js';
import { samplesById } from './samples-by-id.js';
import { videoFeatures } from './video-features.js';
import { recipeOf, type Views } from './views.js';
import { withModel } from './with-model.js';

export interface JointWork {
  readonly test: Views;
  /** Where features are kept. */
  readonly features: string;
  readonly batchSize: number;
  readonly threads: number;
  readonly signal: AbortSignal;
  readonly collective: Collective;
  readonly templates: readonly string[];
  readonly descriptions?: ReadonlyMap<string, readonly string[]>;
}

export interface JointlyEvaluated {
  /**
   * `textToVideo` and `videoToText` as CLIP4Clip measures them, where a caption is right for its own video alone; `sameCaption` where
   * captions repeat: each different one finds any video that has it. `zeroShot`, or `zeroShot/verb` for several kinds of labels.
   * None on another process than rank 0.
   */
  readonly outcomes: Readonly<Record<string, Outcome>>;
  /** The zero-shot result of a single kind of labels, for `mtebResult`. */
  readonly zeroShot?: ZeroShotResult;
  readonly videos: number;
  readonly leftOut: readonly LeftOutExample[];
  /** Videos without a caption, which no caption can find. */
  readonly withoutCaption: number;
  readonly teacher: string;
}

/**
 * Measures a model that was pre-trained with captions: retrieval both ways by the videos' captions, and zero-shot classification where the
 * videos have labels.
 *
 * @throws CliError `INPUT_INVALID` for videos with neither, and as `captionSpace`; EvaluationError as the protocols.
 */
export async function evaluateJoint(
  folder: ModelFolder,
  dataset: OpenedDataset,
  work: JointWork,
  teacher: TeacherOptions,
): Promise<JointlyEvaluated> {
  const samples = await samplesById(dataset);
  requireTexts(dataset, samples.values());
  return withModel(
    folder.path,
    async (model, engine) => {
      const space = await captionSpace(model, teacher, engine);
      try {
        const recipe = recipeOf(model.encoder.config, work.test);
        const { features: kept, batchSize, threads, signal, collective } = work;
        const own = { folder: kept, dataset, model, engine, recipe, batchSize, threads, signal, collective };
        const features = await videoFeatures({ ...own, stage: 'features' });
        const seen = { videos: features.count, leftOut: features.leftOut, teacher: space.teacher };
        // What is left may block this process for long. Nobody is to wait for it.
        await collective.close();
        if (collective.rank > 0) return { ...seen, outcomes: {}, withoutCaption: 0 };
        const videos = { samples: features.ids.map((id) => samples.get(id)!), at: space.ofVideos(features) };
        const { withoutCaption, outcomes: ofCaptions } = await retrievals(videos, space);
        const ofClasses = await classifications(videos, dataset.classes, work, space);
        const outcomes = {
          ...ofCaptions,
          ...Object.fromEntries(Object.entries(ofClasses).map(([name, { outcome }]) => [name, outcome])),
        };
        if (Object.keys(outcomes).length === 0) throw neither(dataset.name);
        return {
          outcomes,
          ...(ofClasses.zeroShot && { zeroShot: ofClasses.zeroShot }),
          ...seen,
          withoutCaption,
        };
      } finally {
        await space.dispose();
      }
    },
    work.collective,
  );
}

/** No feature has to be computed to see this. @throws CliError `INPUT_INVALID` */
function requireTexts({ name, classes }: OpenedDataset, samples: Iterable<VideoSample>): void {
  for (const { captions, label } of samples)
    if (captions.length > 0 || (classes !== undefined && label !== undefined)) return;
  throw neither(name);
}

const neither = (where: string): CliError =>
  new CliError('INPUT_INVALID', {
    where,
    expected: 'videos with captions, or with labels whose classes have names',
    received: 'neither',
    advice: 'Of a folder with a folder for each class: --classes folders. Captions: --captions <file>.',
  });

/** Videos in the space of the captions, a row each. */
interface Placed {
  readonly samples: readonly VideoSample[];
  readonly at: Features;
}

async function retrievals({ samples, at }: Placed, space: CaptionSpace) {
  const rows = [...samples.keys()].filter((row) => samples[row]!.captions.length > 0);
  const withoutCaption = samples.length - rows.length;
  if (rows.length === 0) return { withoutCaption, outcomes: {} };
  const captions = rows.flatMap((row) => samples[row]!.captions);
  const captionVideos = rows.flatMap((row, video) => samples[row]!.captions.map(() => video));
  const { textToVideo, videoToText } = captionRetrieval({
    videos: rowsOf(at, rows),
    captions: await space.ofTexts(captions),
    captionVideos,
  });
  const different = [...new Set(captions)];
  const outcomes = {
    textToVideo: textToVideo.outcome,
    videoToText: videoToText.outcome,
    ...(different.length < captions.length && {
      sameCaption: retrieval({
        queries: await space.ofTexts(different),
        gallery: rowsOf(at, rows),
        queryGroups: different,
        galleryGroups: rows.map((row) => samples[row]!.captions),
      }).outcome,
    }),
  };
  return { withoutCaption, outcomes };
}

/** Zero-shot classification in each kind of labels that all videos have. */
async function classifications(
  { samples, at }: Placed,
  classes: ClassNames | undefined,
  { templates, descriptions }: JointWork,
  space: CaptionSpace,
): Promise<Readonly<Record<string, ZeroShotResult>>> {
  if (classes === undefined || samples.some(({ label }) => label === undefined)) return {};
  const kinds: [string, readonly string[], (label: VideoSample['label']) => number][] = isList(classes)
    ? [['zeroShot', classes, (label) => label as number]]
    : Object.entries(classes).map(([kind, names]) => [
        `zeroShot/${kind}`,
        names,
        (label) => (label as Record<string, number>)[kind]!,
      ]);
  const results: [string, ZeroShotResult][] = [];
  for (const [name, names, numberOf] of kinds) {
    const { texts, textClasses } = classTexts({
      classes: names,
      templates,
      ...(descriptions && { descriptions }),
    });
    const result = zeroShot({
      videos: at,
      labels: samples.map(({ label }) => numberOf(label)),
      texts: await space.ofTexts(texts),
      textClasses,
      classes: names.length,
    });
    results.push([name, result]);
  }
  return Object.fromEntries(results);
}

function rowsOf({ values, width }: Features, rows: readonly number[]): Features {
  const taken = new Float32Array(rows.length * width);
  for (const [to, row] of rows.entries())
    taken.set(values.subarray(row * width, (row + 1) * width), to * width);
  return { values: taken, count: rows.length, width };
}
