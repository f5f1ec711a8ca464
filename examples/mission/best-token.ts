import { type PatchEmbeddings, textCue } from '@tgm/masking';
import type { World } from './world.js';
import type { Clip } from './world-clips.js';

/** Share of a token that the object has to cover. */
const LIES_ON = 0.05;

/** Whether the token that is the most similar to a text lies on the named object of a clip. */
export function bestTokenLies(
  { grid }: Pick<World, 'grid'>,
  { coverage }: Clip,
  patches: PatchEmbeddings,
  textEmbedding: Float32Array,
): boolean {
  const scores = textCue({ patches, textEmbedding, grid });
  return coverage[scores.indexOf(Math.max(...scores))]! > LIES_ON;
}
