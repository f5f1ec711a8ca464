import type { Params } from '@tgm/models';
import { EvaluationError } from './errors.js';
import type { Features } from './features.js';
import { projectVideo } from './project-video.js';

/** The contrastive loss's parameter [E, D] that takes video features to the space of the text. */
const PROJECTION = 'contrastive.projection.weight';

/** Features of clips in the space of the text; undefined where the model was not trained for it. */
export async function projectedClips(clips: Features, params: Params): Promise<Features | undefined> {
  const projection = params[PROJECTION];
  return projection && projectVideo(clips, (await projection.data()) as Float32Array);
}

/** The same. @throws EvaluationError `OPTION_INVALID` where the model was not trained for it. */
export async function requireProjected(where: string, clips: Features, params: Params): Promise<Features> {
  const projected = await projectedClips(clips, params);
  if (projected) return projected;
  throw new EvaluationError('OPTION_INVALID', {
    where: `${where}, parameters`,
    expected: `${PROJECTION}, which a training with the contrastive loss makes`,
    received: 'none',
  });
}
