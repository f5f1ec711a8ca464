import type { ViewContrastOptions } from '@tgm/train';

type Contrast = Omit<ViewContrastOptions, 'model'>;

const HIDDEN = 192;
const WIDTH = 64;
/** Clips of the last sixteen steps. */
const QUEUE = 256;
/** Most of the data set, so that the nearest one is often the same video at another time. */
const NEIGHBOURS = 1024;
const PROTOTYPES = 48;
/** The published ones reach hardly a step back in a run of a hundred: a target would stay untrained. */
const MOMENTUM = 0.99;

/**
 * A published contrast for a run of a hundred steps on small data: its structure and temperature, but heads as wide as the
 * small encoder asks for, a queue that a few steps fill, few prototypes, and a target that follows within the run.
 *
 * Where nothing is told apart, the projection has a batch norm behind its last map too (as in MoCo v3), which holds embeddings
 * apart sooner.
 */
export function small(contrast: Contrast): Contrast {
  const { projection, predictor, keys, positives, target } = contrast;
  const regresses = keys === 'none' && typeof positives !== 'object';
  return {
    ...contrast,
    ...(projection && {
      projection: { ...projection, ...hidden(projection), width: WIDTH, ...(regresses && { norm: 'all' }) },
    }),
    ...(predictor && {
      predictor: { ...predictor, ...hidden(predictor) },
    }),
    ...(typeof keys === 'object' && { keys: { queue: QUEUE } }),
    ...(typeof positives === 'object' && {
      positives:
        'nearest' in positives
          ? { nearest: NEIGHBOURS }
          : { ...positives, prototypes: PROTOTYPES, frozenSteps: 0 },
    }),
    ...(typeof target === 'object' && { target: { momentum: MOMENTUM } }),
  };
}

const hidden = (head: { readonly hidden?: number }) => (head.hidden === undefined ? {} : { hidden: HIDDEN });
