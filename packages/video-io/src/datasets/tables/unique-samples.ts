import type { VideoSample } from '../../video.js';
import type { RowFault } from './fault.js';

/** Collects samples in memory and refuses an id that is there already. */
export interface UniqueSamples {
  readonly samples: VideoSample[];
  add(sample: VideoSample, fault: RowFault): void;
}

export function uniqueSamples(): UniqueSamples {
  const ids = new Set<string>();
  const samples: VideoSample[] = [];
  return {
    samples,
    add(sample, fault) {
      if (ids.has(sample.id)) fault('every id once', `"${sample.id}" again`);
      ids.add(sample.id);
      samples.push(sample);
    },
  };
}
