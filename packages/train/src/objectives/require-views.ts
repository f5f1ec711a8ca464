import { TrainError } from '../errors.js';
import type { MaskedBatch } from './masked-batch.js';

/** @throws TrainError `OPTION_INVALID` for a batch without a view that the objective reads. */
export function requireViews(objective: string, views: readonly string[], batch: MaskedBatch): void {
  const missing = views.find((name) => batch.views[name] === undefined);
  if (missing === undefined) return;
  throw new TrainError('OPTION_INVALID', {
    where: `${objective}, batch`,
    expected: `the view "${missing}"`,
    received: `the views ${Object.keys(batch.views).join(', ')}`,
  });
}
