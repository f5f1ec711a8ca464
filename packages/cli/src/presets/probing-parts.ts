import { type VideoMaeEncoder, videoMaeEncoder } from '@tgm/models';
import { type ClipRecipe, testRecipe } from '@tgm/video-io';
import { clipShape } from './clip-shape.js';
import type { ProbingSettings } from './settings.js';

/** The encoder, and how clips to learn from and to test are taken. */
export interface ProbingParts {
  readonly model: VideoMaeEncoder;
  readonly recipe: ClipRecipe;
  readonly test: ClipRecipe;
}

/**
 * What probes are made of; their options are `settings.linear` and `settings.attentive` as they stand.
 *
 * @throws errors of the packages with `OPTION_INVALID` for settings that they refuse.
 */
export function probingParts({ model, recipe, test }: ProbingSettings): ProbingParts {
  const shape = clipShape(model);
  return {
    model: videoMaeEncoder(model),
    recipe: testRecipe({ ...recipe, ...shape }),
    test: testRecipe({ ...test, ...shape }),
  };
}
