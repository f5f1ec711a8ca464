import type { VideoMaeConfig } from '@tgm/models';
import { nested, optional, wholeNumber } from '@tgm/options';
import { type ClipRecipe, type FrameSampling, testRecipe } from '@tgm/video-io';
import type { About } from '../config/section.js';
import { clipShape } from '../presets/clip-shape.js';
import { samplingField } from '../presets/sampling-field.js';
import type { ModelFolder } from './model-folder.js';
import { runConfig } from './run-config.js';

/** Which clips of a video are looked at. */
export interface Views {
  /** Frames of a clip: source frames from one to the next, or one of each equal part of the video. */
  readonly sampling: FrameSampling;
  /** Clips along the video. */
  readonly clips: number;
  /** Crops of each, along its longer side. */
  readonly crops: number;
}

const count = () => wholeNumber({ from: 1 });

export const viewsField = () =>
  nested({
    sampling: optional(samplingField()),
    clips: optional(count()),
    crops: optional(count()),
  } satisfies Record<keyof Views, unknown>);

export const VIEWS_ABOUT: About = [
  '',
  'views of a video: --test.clips, .crops, .sampling as JSON; default: as the run of the model had them, else 2 clips, every 4th frame',
];

/** K400's stride of VideoMAE's scripts, and two clips, so that more than the beginning is seen. */
const DEFAULT: Views = { sampling: { kind: 'dense', stride: 4 }, clips: 2, crops: 1 };

/** The views that are asked for; what is not said is as in the run that the model comes from. */
export async function viewsOf(folder: ModelFolder, given: Partial<Views> = {}): Promise<Views> {
  const { finetune, pretrain } = (await runConfig(folder)) as RunSections;
  const stride = pretrain?.recipe?.stride;
  const ofRun: Partial<Views> =
    finetune?.test ?? (stride === undefined ? {} : { sampling: { kind: 'dense', stride } });
  const said = Object.entries(given).filter(([, value]) => value !== undefined);
  return { ...DEFAULT, ...ofRun, ...Object.fromEntries(said) };
}

/** What a saved configuration of a run may tell of its clips. */
interface RunSections {
  readonly finetune?: { readonly test?: Views };
  readonly pretrain?: { readonly recipe?: { readonly stride?: number } };
}

/** The recipe of these views in the size that a model takes. */
export const recipeOf = (config: Pick<VideoMaeConfig, 'numFrames' | 'imageSize'>, views: Views): ClipRecipe =>
  testRecipe({ ...views, ...clipShape(config) });

/** `5 x 3 views, stride 4` */
export function viewsText({ sampling, clips, crops }: Views): string {
  return `${clips} x ${crops} views, ${sampling.kind === 'dense' ? `stride ${sampling.stride}` : 'segments'}`;
}
