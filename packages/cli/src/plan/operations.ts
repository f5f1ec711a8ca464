import { tokenSizeOf, type VideoMaeConfig } from '@tgm/models';
import type { TokenCounts } from './token-counts.js';

/** Multiply-adds of one clip, by part. */
export interface PartOperations {
  readonly embedding: number;
  readonly encoder: number;
  /** From the encoder's width to the decoder's. */
  readonly bridge: number;
  readonly decoder: number;
  /** To pixels, or to classes. */
  readonly head: number;
  readonly total: number;
}

/** Multiply-adds of one clip. Element-wise work, norms and softmax are not counted, as in published figures. */
export interface Operations {
  /**
   * Forward as the published models do it: all tokens are embedded before the masked ones are left out, and the decoder's last block
   * computes every row.
   */
  readonly published: PartOperations;
  /** Forward as it is done here: visible tokens alone are embedded, and the last block computes what is reconstructed. */
  readonly forward: PartOperations;
  /** Further views of the encoder, forward. */
  readonly furtherViews: number;
  /**
   * Computed a second time: blocks under `recompute`, weights of attention that are too large to be kept, and where clips of a step in
   * parts are compared, the encoder's pass that they are compared by.
   */
  readonly again: number;
  /** Of a training step: three times what is done forward, and what is done again. */
  readonly step: number;
}

/** One block, of which `queries` rows are wanted and `keys` are attended to. */
export interface BlockShape {
  readonly keys: number;
  readonly queries: number;
  readonly width: number;
  readonly hidden: number;
}

/** Products with weights: key and value of all rows; query, output and MLP of the wanted ones. */
export const weightProducts = ({ keys, queries, width, hidden }: BlockShape): number =>
  2 * keys * width ** 2 + 2 * queries * width ** 2 + 2 * queries * width * hidden;

/** Queries with keys, and weights with values. */
export const attentionProducts = ({ keys, queries, width }: BlockShape): number => 2 * keys * queries * width;

/** Multiply-adds of one block. */
export const blockOperations = (shape: BlockShape): number =>
  weightProducts(shape) + attentionProducts(shape);

/** The encoder's blocks, of so many tokens each. */
export const encoderShapes = (model: VideoMaeConfig, tokens: number): readonly BlockShape[] =>
  Array.from({ length: model.numHiddenLayers }, () => ({
    keys: tokens,
    queries: tokens,
    width: model.hiddenSize,
    hidden: model.intermediateSize,
  }));

/** The decoder's blocks; the last one gives what is reconstructed alone. */
export const decoderShapes = (
  model: VideoMaeConfig,
  { visible, reconstructed }: TokenCounts,
): readonly BlockShape[] => {
  const keys = visible + reconstructed;
  const count = reconstructed === 0 ? 0 : model.decoderNumHiddenLayers;
  return Array.from({ length: count }, (_, layer) => ({
    keys,
    queries: layer === count - 1 ? reconstructed : keys,
    width: model.decoderHiddenSize,
    hidden: model.decoderIntermediateSize,
  }));
};

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);
const total = (shapes: readonly BlockShape[]): number => sum(shapes.map(blockOperations));

/** Weights of attention above this many bytes of a batch are computed again; `attention` of the engine's package. */
export const MOST_WEIGHTS_KEPT = 2 ** 25;

/** Whether a block's weights of attention are kept for the gradient of a batch. */
export const keepsWeights = ({ keys, queries }: BlockShape, heads: number, batch: number): boolean =>
  4 * batch * heads * keys * queries <= MOST_WEIGHTS_KEPT;

export interface OperationsInputs {
  readonly model: VideoMaeConfig;
  readonly tokens: TokenCounts;
  /** Classes of a classifier's head; 0 for none. */
  readonly classes: number;
  /** Clips of a batch, which decide what attention keeps. */
  readonly batch: number;
  readonly recompute: boolean;
  /** Tokens of the view by which clips of other parts are compared before any part is learned from; 0 where none are. */
  readonly comparedTokens?: number;
}

/** Multiply-adds of a clip (VideoMAE, arXiv 2203.12602). */
export function operations(inputs: OperationsInputs): Operations {
  const { model, tokens, classes, batch, recompute, comparedTokens = 0 } = inputs;
  const { visible, all, reconstructed } = tokens;
  const encoder = encoderShapes(model, visible);
  const decoder = decoderShapes(model, tokens);
  const views = tokens.furtherViews.map((count) => encoderShapes(model, count));
  const shared = {
    encoder: total(encoder),
    bridge: reconstructed === 0 ? 0 : visible * model.hiddenSize * model.decoderHiddenSize,
    head: reconstructed * model.decoderHiddenSize * predictionSize(model) + classes * model.hiddenSize,
  };
  const embedding = tokenSizeOf(model) * model.hiddenSize;
  const everyRow = decoder.map((shape) => ({ ...shape, queries: shape.keys }));
  const published = parts({ ...shared, embedding: all * embedding, decoder: total(everyRow) });
  const forward = parts({ ...shared, embedding: visible * embedding, decoder: total(decoder) });
  const furtherViews = sum(views.map(total)) + sum(tokens.furtherViews) * embedding;

  const ofEncoder = [encoder, ...views].flat();
  const weightsAgain =
    sum(
      ofEncoder.filter((shape) => !keepsWeights(shape, model.numAttentionHeads, batch)).map(queriesWithKeys),
    ) +
    sum(
      decoder
        .filter((shape) => !keepsWeights(shape, model.decoderNumAttentionHeads, batch))
        .map(queriesWithKeys),
    );
  const blocksAgain = recompute ? total(ofEncoder) + total(decoder) : 0;
  const compared = total(encoderShapes(model, comparedTokens)) + comparedTokens * embedding;
  const again = weightsAgain + blocksAgain + compared;
  return { published, forward, furtherViews, again, step: 3 * (forward.total + furtherViews) + again };
}

const queriesWithKeys = (shape: BlockShape): number => attentionProducts(shape) / 2;

const predictionSize = (model: VideoMaeConfig): number =>
  tokenSizeOf({ ...model, tubeletSize: model.predictedFrames ?? model.tubeletSize });

const parts = (each: Omit<PartOperations, 'total'>): PartOperations => ({
  ...each,
  total: sum(Object.values(each)),
});
