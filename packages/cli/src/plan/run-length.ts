import { stepsPerEpoch } from '../presets/scheduled.js';
import type { Settings } from '../presets/settings.js';
import { CliError } from '../program/errors.js';

/** Steps and clips of a run. */
export interface RunLength {
  readonly stepsPerEpoch: number;
  readonly steps: number;
  /** Of all devices and parts. */
  readonly clipsPerStep: number;
  readonly accumulate: number;
  /** Clips that one device computes at a time. */
  readonly batch: number;
}

/**
 * How long a run is. A probe goes once through its data, a clip at a time, to extract features.
 *
 * @throws CliError `OPTION_INVALID` where a part of a step is no whole number of clips on each device.
 */
export function runLength(settings: Settings, videos: number, devices: number): RunLength {
  if (settings.stage === 'probing') {
    const steps = Math.ceil((videos * settings.recipe.clips * settings.recipe.crops) / devices);
    return { stepsPerEpoch: steps, steps, clipsPerStep: devices, accumulate: 1, batch: 1 };
  }
  const { length, recipe } = settings;
  const { videosPerStep, accumulate, epochs } = length;
  const clipsPerStep = videosPerStep * recipe.clips;
  const batch = clipsPerStep / devices / accumulate;
  if (!Number.isInteger(batch)) {
    const unit = wholeVideos(accumulate * devices, recipe.clips);
    const [less, more] = [Math.floor(videosPerStep / unit) * unit, Math.ceil(videosPerStep / unit) * unit];
    throw new CliError('OPTION_INVALID', {
      where: 'plan, option settings.length',
      expected: `clips of a step that are a multiple of the parts times the devices, ${accumulate} * ${devices}`,
      received: `${clipsPerStep}, ${recipe.clips} of each of ${videosPerStep} videos a step`,
      advice: `Set length.videosPerStep to ${less > 0 ? `${less} or ` : ''}${more}, or take other devices.`,
    });
  }
  const each = stepsPerEpoch(length, videos);
  return { stepsPerEpoch: each, steps: epochs * each, clipsPerStep, accumulate, batch };
}

/** The fewest videos whose clips are a multiple of so many. */
function wholeVideos(multiple: number, clips: number): number {
  let videos = 1;
  while ((videos * clips) % multiple !== 0) videos += 1;
  return videos;
}
