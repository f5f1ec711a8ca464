import { type ClipModelCheckpoint, clipModelPatchTextEncoder, type PatchFeaturesVariant } from '@tgm/models';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import { ACTIONS, type CaptionKind, captionsOf, sceneOf } from '../moving-shapes/index.js';
import { type ActionFigures, actionFigures, type MaskedShares, maskedShares } from './figures.js';
import { makeKnownClips } from './known-clips.js';

export interface TinyClipModelFigures {
  /** Share of the named object's tokens that are masked at ratio 0.6, for each kind of patch features. */
  readonly masked: Readonly<Record<PatchFeaturesVariant, MaskedShares>>;
  /** How well captions tell actions apart, for each kind of captions. */
  readonly actions: Readonly<Record<'object' | 'scene', ActionFigures>>;
}

/** Another seed than any training or data set here uses. */
const SEED = 7001;
const CLIPS = 96;
const RATIO = 0.6;

function captionedActions(split: string, count: number, kind: CaptionKind) {
  return Array.from({ length: count }, (_, index) => {
    const scene = sceneOf({ seed: SEED, split, index });
    const captions = captionsOf(scene)[kind];
    return { caption: captions[index % captions.length]!, label: ACTIONS.indexOf(scene.action) };
  });
}

/** The figures of a CLIP on clips that it has not seen. */
export async function measure(
  checkpoint: ClipModelCheckpoint,
  engine: Engine,
): Promise<TinyClipModelFigures> {
  const encoder = (variant: PatchFeaturesVariant) =>
    clipModelPatchTextEncoder({ ...checkpoint, engine, variant });
  const clips = await makeKnownClips(SEED, CLIPS);
  const masked = (variant: PatchFeaturesVariant) => maskedShares(encoder(variant), clips, RATIO);
  const actions = (kind: CaptionKind) =>
    actionFigures(
      encoder('value'),
      captionedActions('train', 600, kind),
      captionedActions('test', 300, kind),
    );
  return {
    masked: {
      value: await masked('value'),
      'value-residual': await masked('value-residual'),
      raw: await masked('raw'),
    },
    actions: { object: await actions('object'), scene: await actions('scene') },
  };
}
