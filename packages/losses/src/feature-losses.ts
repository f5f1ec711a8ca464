import type { FeatureLossOptions } from './feature-loss.js';

/**
 * Published predictions of features as options of `featureLoss`, such as `featureLoss(FEATURE_LOSSES.umt)`. Which teacher makes the
 * features is another choice. The grades: A read in the authors' code, B second-hand, R our own reading.
 */
export const FEATURE_LOSSES = {
  /**
   * Histograms of gradients of masked tokens, which are normalised already (Wei et al., "Masked feature prediction", MaskFeat,
   * arXiv 2112.09133; A: facebookresearch/SlowFast).
   */
  hog: { tokens: 'masked' },
  /**
   * CLIP's features of masked tokens, by the cosine (after Hou et al., "MILAN", arXiv 2208.06049; A: 2 - 2 cos there, twice this
   * one. R: there the class token and visible tokens are predicted too; its decoder, which leaves visible tokens as they are, and its
   * masks are others).
   */
  clip: { tokens: 'masked', distance: 'cosine' },
  /**
   * CLIP's features of masked tokens, of each tubelet's first frame, standardised over the clip by `standardisedTeacher` of
   * `@tgm/train` (Vandeghen et al., "TrackMAE", CVPR 2026; A).
   */
  trackMae: { tokens: 'masked' },
  /**
   * CLIP's features of visible tokens, without a decoder (Li et al., "Unmasked teacher", arXiv 2303.16058; A: both sides have the
   * length 1, and their distance is 2 - 2 cos, twice this one. R: the last block alone, and no layer norm behind the head).
   */
  umt: { tokens: 'visible', distance: 'cosine' },
  /**
   * Latents of a frozen video autoencoder for masked tokens (Li et al., "Rethinking JEPA", SALT, arXiv 2509.24317; B: the L1 distance.
   * R: the latents are those behind the encoder's norm, without a further one).
   */
  salt: { tokens: 'masked', distance: 'l1' },
} as const satisfies Readonly<Record<string, FeatureLossOptions>>;
