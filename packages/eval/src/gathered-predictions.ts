import { showValue } from '@tgm/options';
import { EvaluationError } from './errors.js';
import { gathered, gatheredJson, type Processes } from './processes.js';
import type { PlacedPrediction, VideoPrediction } from './video-prediction.js';

/**
 * What all processes found of their videos, in the order of the videos.
 *
 * @throws EvaluationError `OPTION_INVALID` for an id that comes twice.
 */
export async function gatheredPredictions(
  where: string,
  processes: Processes | undefined,
  own: readonly PlacedPrediction[],
): Promise<VideoPrediction[]> {
  if (!processes) return own.map(withoutPlace);
  const told = own.map(({ probabilities, ...each }) => ({
    ...each,
    classes: probabilities.map(({ length }) => length),
  }));
  const all = (await gatheredJson(processes, told)).flat();
  const numbers = await gathered(
    processes,
    Float64Array.from(own.flatMap(({ probabilities }) => probabilities.flatMap((each) => [...each]))),
  );
  let from = 0;
  const placed: PlacedPrediction[] = all.map(({ classes, ...each }) => ({
    ...each,
    probabilities: classes.map((count) => {
      from += count;
      return numbers.slice(from - count, from);
    }),
  }));
  placed.sort((a, b) => a.at - b.at);
  requireDifferentIds(where, placed);
  return placed.map(withoutPlace);
}

const withoutPlace = ({ at: _, ...prediction }: PlacedPrediction): VideoPrediction => prediction;

/** Two processes do not see that they have videos of the same id. */
function requireDifferentIds(where: string, placed: readonly PlacedPrediction[]): void {
  const seen = new Set<string>();
  for (const [number, { id }] of placed.entries()) {
    if (seen.has(id))
      throw new EvaluationError('OPTION_INVALID', {
        where: `${where}, option videos, number ${number}`,
        expected: 'an id that no video before it has',
        received: showValue(id),
      });
    seen.add(id);
  }
}
