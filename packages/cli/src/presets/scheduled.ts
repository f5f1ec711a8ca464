import { cosineSchedule, linearScaling, type Schedule } from '@tgm/train';
import type { LengthSettings, RateSettings } from './settings.js';

/** Steps of an epoch: whole ones, as the published loaders drop the rest; at least one. */
export const stepsPerEpoch = ({ videosPerStep }: LengthSettings, videos: number): number =>
  Math.max(1, Math.floor(videos / videosPerStep));

/** The schedule of a run over so many videos; its `steps` are those of the run. */
export function scheduled(length: LengthSettings, rate: RateSettings, videos: number): Schedule {
  const each = stepsPerEpoch(length, videos);
  const scaled = linearScaling({ batchSize: length.videosPerStep });
  return cosineSchedule({
    base: scaled(rate.base),
    start: scaled(rate.start),
    final: scaled(rate.final),
    warmupSteps: rate.warmupEpochs * each,
    steps: length.epochs * each,
  });
}
