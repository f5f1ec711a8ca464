import type { ViewContrastOptions } from './view-contrast-options.js';

type Preset = Omit<ViewContrastOptions, 'model'>;

const CONTEXT_TO_LATER = ['later1', 'later2', 'later3'].map((to) => ({ from: 'context', to }));

/**
 * Published baselines as options of `viewContrast`, with the widths, temperatures, queues and momenta of their papers:
 * `viewContrast({ model, ...VIEW_CONTRASTS.mocoV2 })`. On small data take a smaller queue.
 */
export const VIEW_CONTRASTS = {
  /** Chen et al., "A simple framework for contrastive learning", arXiv 2002.05709: NT-Xent over both views of a batch. */
  simclr: {
    projection: { layers: 2, hidden: 2048, width: 128, norm: 'all' },
    temperature: 0.1,
  },
  /** Qian et al., "Spatiotemporal contrastive video representation learning", arXiv 2008.03800: two clips of a video. */
  cvrl: {
    projection: { layers: 3, hidden: 2048, width: 128, norm: 'all' },
    temperature: 0.1,
  },
  /** He et al., "Momentum contrast", arXiv 1911.05722. */
  mocoV1: {
    pairs: [{ from: 'first', to: 'second' }],
    projection: { layers: 1, width: 128 },
    target: { momentum: 0.999 },
    keys: { queue: 65536 },
    temperature: 0.07,
  },
  /** Chen et al., "Improved baselines with momentum contrastive learning", arXiv 2003.04297. */
  mocoV2: {
    pairs: [{ from: 'first', to: 'second' }],
    projection: { layers: 2, hidden: 2048, width: 128 },
    target: { momentum: 0.999 },
    keys: { queue: 65536 },
    temperature: 0.2,
  },
  /**
   * Chen, Xie and He, "An empirical study of training self-supervised vision transformers", arXiv 2104.02057, of a ViT. The
   * paper's momentum rises to 1 (`rampSteps`), and its loss has a factor of 0.4.
   */
  mocoV3: {
    projection: { layers: 3, hidden: 4096, width: 256, norm: 'all' },
    predictor: { layers: 2, hidden: 4096, norm: 'all' },
    target: { momentum: 0.99 },
    keys: 'view',
    temperature: 0.2,
  },
  /** Grill et al., "Bootstrap your own latent", arXiv 2006.07733. The paper's momentum rises to 1: `rampSteps`. */
  byol: {
    projection: { layers: 2, hidden: 4096, width: 256, norm: 'hidden' },
    predictor: { layers: 2, hidden: 4096, norm: 'hidden' },
    target: { momentum: 0.996 },
    keys: 'none',
  },
  /** Chen and He, "Exploring simple siamese representation learning", arXiv 2011.10566. */
  simsiam: {
    projection: { layers: 3, hidden: 2048, width: 2048, norm: 'all' },
    predictor: { layers: 2, hidden: 512, norm: 'hidden' },
    target: 'stopped',
    keys: 'none',
  },
  /** Dwibedi et al., "With a little help from my friends", arXiv 2104.14548. */
  nnclr: {
    projection: { layers: 3, hidden: 2048, width: 256, norm: 'all' },
    predictor: { layers: 2, hidden: 4096, norm: 'hidden' },
    target: 'stopped',
    keys: 'view',
    positives: { nearest: 98304 },
    temperature: 0.1,
  },
  /** Caron et al., "Unsupervised learning of visual features by contrasting cluster assignments", arXiv 2006.09882. */
  swav: {
    projection: { layers: 2, hidden: 2048, width: 128, norm: 'hidden' },
    target: 'stopped',
    keys: 'none',
    positives: { prototypes: 3000, epsilon: 0.05, iterations: 3, frozenSteps: 313 },
    temperature: 0.1,
  },
  /**
   * van den Oord et al., "Representation learning with contrastive predictive coding", arXiv 1807.03748: from the view `context`
   * of the slices so far to `later1`, `later2` and `later3`, those that follow, each by a linear map of its own. Wrong are the
   * later slices of other samples, and the other later ones of its own.
   */
  cpc: {
    pairs: CONTEXT_TO_LATER,
    predictor: { layers: 1, perPair: true },
    negatives: ['later1', 'later2', 'later3'],
    similarity: 'product',
    temperature: 1,
  },
} as const satisfies Readonly<Record<string, Preset>>;
