import type { PictureTextEncoder } from '@tgm/masking';
import { callable, objectWith, optional, optionTable } from '@tgm/options';
import { type ExampleSource, pretrain, shuffled, videoExamples } from '@tgm/train';
import type { VideoDataset } from '@tgm/video-io';
import { readsText } from '../presets/check-settings.js';
import type { SettingsCues } from '../presets/masking-settings.js';
import { type PretrainingParts, pretrainingParts } from '../presets/pretraining-parts.js';
import type { PretrainingSettings } from '../presets/settings.js';
import { CliError } from '../program/errors.js';
import { openTeacher, type Teacher } from '../teacher/open-teacher.js';
import type { TeacherOptions } from '../teacher/teacher-section.js';
import { guidanceOf } from './guidance.js';
import { PRETRAINING_RUN_FIELDS, type PretrainingRunOptions } from './run-options.js';
import { runTraining, TRAINING_FIELDS, type TrainedRun, type TrainingOptions } from './run-training.js';

export interface RunPretrainingOptions extends TrainingOptions, PretrainingRunOptions {
  readonly dataset: VideoDataset;
  readonly settings: PretrainingSettings;
  /** The CLIP that scores clips and embeds captions, where the settings read captions. Default: the one that comes with the package. */
  readonly teacher?: TeacherOptions;
  /** Hears of the CLIP that was opened. */
  readonly onTeacher?: (teacher: Pick<Teacher, 'name' | 'says' | 'isTiny'>) => void;
  /** Hears how many captions have embeddings, which the contrast needs before the first step. */
  readonly onCaptions?: (done: number, total: number) => void;
}

const OPTIONS = optionTable(
  'runPretraining',
  {
    ...PRETRAINING_RUN_FIELDS,
    ...TRAINING_FIELDS,
    dataset: objectWith<VideoDataset>('a data set', ['name', 'length', 'at']),
    settings: objectWith<PretrainingSettings>('settings of a pre-training', ['model', 'masking', 'length']),
    teacher: optional(objectWith<TeacherOptions>('options of openTeacher', [])),
    onTeacher: optional(callable<NonNullable<RunPretrainingOptions['onTeacher']>>()),
    onCaptions: optional(callable<NonNullable<RunPretrainingOptions['onCaptions']>>()),
  } satisfies Record<keyof RunPretrainingOptions, unknown>,
  CliError,
);

/**
 * Pre-trains in a folder, as `tgm pretrain` does: videos are decoded beside the steps, captions guide masks and contrast where the
 * settings say so. The same options again go on where the run was stopped or killed.
 *
 * @throws CliError `OPTION_INVALID`, `INPUT_INVALID` where no video has a caption and one is read; what `pretrain` of `@tgm/train`, the
 *   store of scores and the teacher throw; the reason of `signal` where it aborts before the first step.
 */
export async function runPretraining(options: RunPretrainingOptions): Promise<TrainedRun> {
  const { dataset, settings, teacher, scores, onTeacher, onCaptions, ...run } = OPTIONS.check(options);
  if (scores !== undefined && !readsText(settings))
    throw new CliError('OPTION_INVALID', {
      where: 'runPretraining, option scores',
      expected: 'a masking by text beside it, which reads scores',
      received: `the masking "${settings.masking.strategy}"`,
    });
  return runTraining(run, {
    name: 'pretrain',
    title: `Pre-training on ${dataset.name}`,
    videos: dataset.length,
    measures: false,
    async start({ engine, pool, signal, badSamples, run: common }) {
      const { recipe, ...parts } = pretrainingParts(settings, {
        videos: dataset.length,
        recompute: run.recompute,
      });
      let opened: Teacher | undefined;
      const encoder = async (): Promise<PictureTextEncoder> => {
        requireNamed(teacher, settings);
        opened = await openTeacher(teacher, engine);
        onTeacher?.(opened);
        return opened.encoder;
      };
      const { grid } = parts.model;
      const captions = { scores, encoder, signal, ...(onCaptions && { onCaptions }) };
      const guidance = await guidanceOf({ settings, dataset, grid, ...captions });
      const source = videoExamples({
        dataset,
        pool,
        recipe,
        ...guidance,
        ...(readsMotion(parts) && { motion: grid }),
      });
      // It has those of the cues that a masking of the settings requires.
      const examples = shuffled(source as ExampleSource<SettingsCues>, { badSamples });
      return {
        events: pretrain({ ...parts, ...common(parts.steps), examples }),
        end: async () => opened?.dispose(),
      };
    },
  });
}

/**
 * The tiny CLIP takes no other one's place unasked.
 * @throws CliError `OPTION_INVALID`
 */
function requireNamed(given: TeacherOptions | undefined, { text }: PretrainingSettings): void {
  if (given?.clip !== undefined || text?.teacher === 'tiny') return;
  throw new CliError('OPTION_INVALID', {
    where: 'runPretraining, option teacher',
    expected: `a CLIP, for the settings go by ${text?.teacher}`,
    received: 'none',
    advice:
      'Name one by --clip <folder or name on the Hub>; --text.teacher tiny takes the one that knows coloured shapes alone.',
  });
}

const readsMotion = ({ masking, decoderMasking, views = {} }: Omit<PretrainingParts, 'recipe'>): boolean =>
  [masking, decoderMasking, ...Object.values(views).map((view) => view.masking)].some((each) =>
    each?.requires.includes('motion'),
  );
