import type { CurveSeries } from '@tgm/report';
import type { ArmStep } from './arm-steps.js';

/** How a term of a training went. */
export const stepCurve = (
  steps: readonly ArmStep[],
  { name }: { readonly name: string },
  term: string,
): CurveSeries => ({
  name,
  points: steps.filter(({ arm }) => arm === name).map(({ step, terms }) => ({ step, value: terms[term]! })),
});
