import { type AttentionCues, attentionCue, type PartCues, partsCue, seededRandom } from '@tgm/masking';
import { clipModelPatchTextEncoder } from '@tgm/models';
import { inOrder, withCues } from '@tgm/train';
import { SIZE } from './settings.js';
import type { World } from './world.js';
import { type Clip, type Cues, memory } from './world-clips.js';

/** What CLIP sees without words besides: what it attends to, and clusters of its features. */
export type SeenCues = Cues & AttentionCues & PartCues;

const seen = new WeakMap<World, Promise<readonly Clip<SeenCues>[]>>();

/** Enough for means over clips. */
const COUNT = 48;

/** The first training clips with these cues, found once for all rows. */
export function seenClips(world: World): Promise<readonly Clip<SeenCues>[]> {
  const found = seen.get(world) ?? look(world);
  seen.set(world, found);
  return found;
}

async function look({ engine, clipModel, grid, ...world }: World): Promise<readonly Clip<SeenCues>[]> {
  const clips = world.clips.slice(0, COUNT);
  const encoder = clipModelPatchTextEncoder({ ...clipModel, engine, variant: 'value' });
  const source = withCues(memory(clips), {
    describe: () => ({ is: 'what CLIP sees without words' }),
    async of({ id, frames }): Promise<AttentionCues & PartCues> {
      const maps = await encoder.encodeAttention({ frames, ...SIZE });
      const patches = await encoder.encodePatches({ frames, ...SIZE });
      const random = seededRandom('mission', 'parts', id);
      return { attention: attentionCue({ maps, grid }), parts: partsCue({ patches, grid, random }) };
    },
  });
  const found: Clip<SeenCues>[] = [];
  for await (const example of inOrder(source)) {
    found.push({ ...example, coverage: clips[found.length]!.coverage });
  }
  return found;
}
