import { TrainError } from '../errors.js';
import type { MaskedNeeds } from '../objectives/weighted-loss.js';
import { blamedOnSample } from './example-fault.js';
import type { TrainingExample } from './examples.js';

type Example = TrainingExample<object>;

/** @throws TrainError `TEXT_MISSING` unless the example has what the needs read of its caption. */
export function requireText({ text, captionTokens }: MaskedNeeds, example: Example): void {
  if (text) embeddedCaption(example);
  if (captionTokens) captionOf(example);
}

/** @throws TrainError `TEXT_MISSING` */
export function captionOf({ id, caption }: Example): string {
  if (caption !== undefined) return caption;
  throw missing(id, 'a caption, whose tokens a loss reads', 'no caption');
}

/** @throws TrainError `TEXT_MISSING` */
export function embeddedCaption({ id, caption, textEmbedding }: Example): {
  readonly caption: string;
  readonly textEmbedding: Float32Array;
} {
  if (caption !== undefined && textEmbedding !== undefined) return { caption, textEmbedding };
  const received = caption === undefined ? 'no caption' : 'no embedding';
  throw missing(id, 'a caption and its embedding, which a loss reads', received);
}

const missing = (id: string, expected: string, received: string): TrainError =>
  blamedOnSample(new TrainError('TEXT_MISSING', { where: `Example "${id}"`, expected, received }));
