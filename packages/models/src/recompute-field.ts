import { flag, optional, unrecorded } from '@tgm/options';

/** `recompute` as an option of a model. It changes no number, so that no run is another one for it. */
export const recomputeField = () => unrecorded(optional(flag(), false));
