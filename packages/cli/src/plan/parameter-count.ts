import { videoMae, videoMaeClassifier, videoMaeEncoder } from '@tgm/models';
import { DATA_SETS } from '../presets/data-sets.js';
import { classifierConfig } from '../presets/finetuning-parts.js';
import { namesOfClasses } from '../presets/names-of-classes.js';
import type { Settings } from '../presets/settings.js';
import { TEACHERS, type TextSettings } from '../presets/text-settings.js';

/** Those of the real model's list, and the projection and the temperature of the contrastive term. */
export function parameterCount(settings: Settings, { teacher }: TextSettings): number {
  const listed = modelOf(settings).parameters.map(({ shape }) => product(shape));
  const compares = settings.stage === 'pretraining' && settings.contrast !== undefined;
  const ofContrast = compares ? settings.model.hiddenSize * TEACHERS[teacher].projectionDim + 1 : 0;
  return listed.reduce((sum, each) => sum + each, 0) + ofContrast;
}

function modelOf(settings: Settings) {
  switch (settings.stage) {
    case 'pretraining':
      return videoMae(settings.model);
    case 'finetuning':
      return videoMaeClassifier(classifierConfig(settings, namesOfClasses(DATA_SETS[settings.data].classes)));
    case 'probing':
      return videoMaeEncoder(settings.model);
  }
}

const product = (shape: readonly number[]): number => shape.reduce((size, side) => size * side, 1);
