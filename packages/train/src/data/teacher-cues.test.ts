import { reconstructionLoss } from '@tgm/losses';
import {
  type AttentionCues,
  attentionCue,
  attentionMasking,
  type MaskingStrategy,
  type PartCues,
  partsCue,
  seededRandom,
  semanticMasking,
} from '@tgm/masking';
import { clipModel, clipModelPatchTextEncoder } from '@tgm/models';
import { cpuEngine } from '@tgm/tfjs-backend-onnx';
import { beforeAll, describe, expect, it } from 'vitest';
import { tinyModel } from '../objectives/tiny-batch.test-support.js';
import { letters, tinyClipModel } from '../objectives/tiny-clip-model.test-support.js';
import { jointNeeds } from '../objectives/weighted-loss.js';
import type { Batch } from '../trainer/batches.js';
import type { ExampleSource } from './examples.js';
import { maskedBatches } from './masked-batches.js';
import { noiseSource, type TextCueOnly } from './noise-source.test-support.js';
import { shuffled } from './shuffled.js';
import { withCues } from './with-cues.js';

type Cues = TextCueOnly & AttentionCues & PartCues;

/** 2 slices of 2 x 2 tokens. */
const model = tinyModel();
const { grid } = model;
const needs = jointNeeds([{ loss: reconstructionLoss(), weight: 1 }]);
const SEED = 3;

/** Six clips of noise, with what a CLIP of 2 x 2 patches attends to and sees in them. */
let source: ExampleSource<Cues>;
beforeAll(async () => {
  const engine = await cpuEngine();
  const { visionConfig, ...rest } = tinyClipModel().config;
  const clip = clipModel({ ...rest, visionConfig: { ...visionConfig, imageSize: 16, patchSize: 8 } });
  const params = clip.init(seededRandom('clip'));
  const encoder = clipModelPatchTextEncoder({
    model: clip,
    params,
    tokenizer: letters(),
    engine,
    variant: 'raw',
  });
  const told = new Map<string, AttentionCues & PartCues>();
  source = withCues(noiseSource(), {
    describe: () => ({ is: 'CLIP' }),
    async of({ id, frames }) {
      // Each clip is looked at once.
      const known = told.get(`${id} ${frames.join()}`);
      if (known) return known;
      const seen = { frames, height: 16, width: 16 };
      const [maps, patches] = [await encoder.encodeAttention(seen), await encoder.encodePatches(seen)];
      const parts = partsCue({ patches, grid, count: 2, random: seededRandom('parts', id) });
      const cues = { attention: attentionCue({ maps, grid }), parts };
      told.set(`${id} ${frames.join()}`, cues);
      return cues;
    },
  });
});

const cuesOf = async (id: string): Promise<Cues> =>
  (await source.load(Number(id.split(' ')[1]), () => 0))[0]!.cues;

/** What the encoder sees of each clip of the next batches of four, by place. */
async function visibleIn(masking: MaskingStrategy<Cues>, count: number, after?: Batch<never>['after']) {
  const batches = maskedBatches({
    model,
    examples: shuffled(source),
    masking,
    needs,
    batchSize: 4,
    seed: SEED,
  });
  const stream = await batches.open(after);
  const clips: { id: string; visible: number[] }[] = [];
  const places: Batch<never>['after'][] = [];
  for (let batch = 0; batch < count; batch++) {
    const { tensors, ids, after: place } = (await stream.next())!;
    const positions = [...(await tensors.views.reconstruct!.positions.data())];
    clips.push(...ids.map((id, at) => ({ id, visible: positions.slice(at * 4, (at + 1) * 4) })));
    places.push(place);
  }
  await stream.close();
  return { clips, places };
}

describe('cues of a teacher in training', () => {
  it('its attention decides what the encoder does not see', async () => {
    const { clips } = await visibleIn(attentionMasking({ ratio: 0.5 }), 2);
    for (const { id, visible } of clips) {
      const { attention } = await cuesOf(id);
      const least = [0, 4].flatMap((start) =>
        [0, 1, 2, 3]
          .map((cell) => start + cell)
          .sort((a, b) => attention[a]! - attention[b]!)
          .slice(0, 2)
          .sort((a, b) => a - b),
      );
      expect(visible).toEqual(least);
    }
    expect(new Set(clips.map(({ visible }) => visible.join())).size).toBeGreaterThan(1);
  });

  it('its parts are hidden by the epoch that the place in the order says, also behind a stop', async () => {
    const masking = semanticMasking({ ratio: 0.5, epochs: 2 });
    const { clips, places } = await visibleIn(masking, 6);
    let byEpoch = 0;
    for (const [place, { id, visible }] of clips.entries()) {
      const cues = await cuesOf(id);
      const random = () => seededRandom(SEED, 'mask', Math.floor(place / 6), place % 6, 0, 'reconstruct');
      const at = (epoch: number) => [...masking.mask({ grid, random: random(), cues, epoch }).visible];
      expect(visible).toEqual(at(place / 6));
      if (String(at(place / 6)) !== String(at(0))) byEpoch += 1;
    }
    expect(byEpoch).toBeGreaterThan(0);
    const resumed = await visibleIn(masking, 3, places[2]);
    expect(resumed.clips).toEqual(clips.slice(12));
  });
});
