import { extractFeatures, type Features, knn, linearProbe, pixelBaseline } from '@tgm/eval';
import type { Params, VideoMaeEncoder } from '@tgm/models';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import type { Data } from './data.js';
import { OBJECTS } from './objects.js';
import { FRAME_COUNT, SIZE } from './settings.js';

/** What features say of the named object in unseen clips. */
export interface Measured {
  /** Percentages. */
  readonly probe: number;
  readonly knn: number;
  /** [test clips] whether the probe names the object rightly. */
  readonly right: readonly boolean[];
}

export interface MeasureOptions {
  readonly engine: Engine;
  readonly model: VideoMaeEncoder;
  readonly data: Data;
  readonly seed: number;
}

const CLIPS_PER_PASS = 64;

/** Linear probe and k-NN on the named object, of an encoder or of the pixels alone (4 x 8 x 8 mean colours). */
export async function measure(
  { engine, model, data, seed }: MeasureOptions,
  encoder: Params | 'pixels',
): Promise<Measured> {
  const { train, test } = data;
  const features = (clips: readonly Uint8Array[]): Features | Promise<Features> =>
    encoder === 'pixels'
      ? pixelBaseline(clips, { frameCount: FRAME_COUNT, ...SIZE })
      : extractFeatures({ engine, model, params: encoder, clips, batchSize: CLIPS_PER_PASS });
  const labelled = {
    train: await features(train.clips),
    trainLabels: train.labels,
    test: await features(test.clips),
    testLabels: test.labels,
    classes: OBJECTS,
  };
  const probe = await linearProbe({ ...labelled, engine, seed });
  return {
    probe: probe.top1,
    knn: knn(labelled).top1,
    right: Array.from(probe.predictions, (object, clip) => object === test.labels[clip]),
  };
}
