import { join } from 'node:path';
import { contrastiveLoss } from '@tgm/losses';
import { type PatchTextEncoder, randomMasking } from '@tgm/masking';
import { clipModelPatchTextEncoder, sentenceEncoder } from '@tgm/models';
import { writeTinyTextEncoder } from '@tgm/models/testing';
import { embedCaptions, shuffled } from '@tgm/train';
import type { Row } from '../row.js';
import { belowBaseline, shortRun } from '../short-run.js';
import type { World } from '../world.js';
import { memory } from '../world-clips.js';

/** Contrast of clips with names of their objects, which this encoder embeds. */
async function contrastBy(world: World, encoder: Pick<PatchTextEncoder, 'encodeText'>): Promise<string> {
  const names = namesOf(world);
  const texts = await embedCaptions(encoder, names);
  const clips = world.clips.map((clip, index) => ({
    ...clip,
    caption: names[index]!,
    textEmbedding: texts.of(names[index]!)!,
  }));
  const run = await shortRun(world, {
    examples: shuffled(memory(clips)),
    steps: 120,
    masking: randomMasking({ ratio: 0.75 }),
    losses: [{ loss: contrastiveLoss(), weight: 1 }],
  });
  return `${texts.width} numbers a text; ${belowBaseline(run, 'contrastive')}`;
}

/** Such as "red circle": few words that differ, for a model that has learned nothing of words. */
const namesOf = ({ trainRows }: World): string[] =>
  trainRows.map(({ colour, shape }) => `${colour} ${shape}`);

/** The same by a model that is drawn here and opened as the published one is. */
async function contrastByDrawn(world: World, kind: 'bert' | 'roberta'): Promise<string> {
  const model = join(world.folder, kind);
  const words = namesOf(world).flatMap((name) => name.split(' '));
  await writeTinyTextEncoder(model, { kind, words: [...new Set(words)] });
  const encoder = await sentenceEncoder({ model, revision: 'drawn', offline: true });
  try {
    return await contrastBy(world, encoder);
  } finally {
    await encoder.dispose();
  }
}

const DRAWN =
  'weights drawn here, of one block: what is shown is that the model opens and its texts are learned from';

/** What embeds captions for contrast. */
export const textEncoderRows: readonly Row[] = [
  {
    name: 'CLIP text tower',
    part: 'text encoder',
    runs: 'embedCaptions by the tiny CLIP, contrastiveLoss',
    run: (world) =>
      contrastBy(
        world,
        clipModelPatchTextEncoder({ ...world.clipModel, engine: world.engine, variant: 'value' }),
      ),
  },
  {
    name: 'BERT',
    part: 'text encoder',
    runs: 'sentenceEncoder by Transformers.js, contrastiveLoss',
    reading: DRAWN,
    run: (world) => contrastByDrawn(world, 'bert'),
  },
  {
    name: 'RoBERTa',
    part: 'text encoder',
    runs: 'sentenceEncoder by Transformers.js, contrastiveLoss',
    reading: DRAWN,
    run: (world) => contrastByDrawn(world, 'roberta'),
  },
];
