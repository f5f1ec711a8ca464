import { showValue } from '@tgm/options';
import { EvaluationError } from './errors.js';

/** A video with its label. The examples of `inOrder` of `@tgm/train` are such. */
export interface TestVideo {
  readonly id: string;
  /** The first view: [T, H, W, 3] RGB, 0-255, in the model's size. */
  readonly frames: Uint8Array;
  /** Its further views. */
  readonly others?: readonly { readonly frames: Uint8Array }[];
  /** Its class; for a classifier of several groups the class of each, by name. */
  readonly label?: number | Readonly<Record<string, number>>;
}

/**
 * Videos in memory, or as they come; they are gone through at each evaluation. `length` says how many there are, so that those
 * that do not come are counted as left out.
 *
 * Of what `inOrder` of `@tgm/train` gives, which has `samples` and `read`, each of several processes reads its share alone. Of others each
 * goes through all.
 */
export type TestVideos = (AsyncIterable<TestVideo> | Iterable<TestVideo>) & { readonly length?: number };

/**
 * Views that come as videos of their own would be counted as such, and never be averaged.
 *
 * @param where the function and its option.
 * @param seen ids of the videos before it; its own is added.
 * @throws EvaluationError `OPTION_INVALID` for what is no video with its views, and for an id that came before.
 */
export function requireVideo(where: string, video: TestVideo, seen: Set<string>): void {
  const refuse = (expected: string, received: unknown): never => {
    throw new EvaluationError('OPTION_INVALID', {
      where: `${where}, number ${seen.size}`,
      expected,
      received: showValue(received),
    });
  };
  const { id, frames, others = [] } = video ?? {};
  if (typeof id !== 'string') refuse('a video { id, frames }', video);
  if (seen.has(id))
    refuse('an id that no video before it has; further views of a video stand in its `others`', id);
  if (!Array.isArray(others)) refuse('others: a list of { frames }', others);
  const wrong = [{ frames }, ...others].find((view) => !(view?.frames instanceof Uint8Array));
  if (wrong) refuse('views { frames: Uint8Array }', wrong);
  seen.add(id);
}
