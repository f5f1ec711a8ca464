import type { PretrainingSettings } from '../presets/settings.js';

/** What to know of settings whose contrast meets captions with clips that a text mask was cut out of; nothing for others. */
export function leakWarning({ masking, contrast }: PretrainingSettings): string | undefined {
  const read = contrast?.view ?? masking;
  if (!contrast || read.strategy !== 'text') return undefined;
  return 'The contrast reads what a text mask leaves visible, and the mask tells the caption: retrieval of whole clips learns little. --leak-safe hides at random and reconstructs by the text.';
}
