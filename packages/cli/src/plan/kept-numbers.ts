import { tokenSizeOf, type VideoMaeConfig } from '@tgm/models';
import { type BlockShape, decoderShapes, encoderShapes, keepsWeights } from './operations.js';
import type { TokenCounts } from './token-counts.js';

/**
 * Numbers that a block keeps for its gradient, a clip. Of the rows that are attended to: what goes in, its norm, key and value. Of
 * the wanted rows: query, what attention gives as heads and as rows, the sum behind it, its norm, and both sides of the activation;
 * where not all rows are wanted their norms are copied.
 */
export function keptByBlock({ keys, queries, width, hidden }: BlockShape): number {
  const copied = queries === keys ? 0 : queries * width;
  return 4 * keys * width + 5 * queries * width + 2 * queries * hidden + copied;
}

/** What arrives at the linear layers of a block: at key and value, at query, output and the MLP's end, and in the MLP. */
const gradientsOfBlock = ({ keys, queries, width, hidden }: BlockShape): number =>
  2 * keys * width + 3 * queries * width + queries * hidden;

export interface KeptInputs {
  readonly model: VideoMaeConfig;
  readonly tokens: TokenCounts;
  /** Clips that are computed at a time. */
  readonly batch: number;
  readonly recompute: boolean;
  /** Whether each layer has a rate of its own, as in fine-tuning. */
  readonly ratesByLayer: boolean;
}

/**
 * With a rate for each layer: the numbers of the block that is computed again, their gradients and temporaries, so many times what it
 * keeps. Fitted, see `MEASURED_STEPS`.
 */
const BLOCK_AGAIN = 2.5;

/** Arrays of the reconstructed pixels' size: pixels, target, prediction and their difference. */
const LOSS_COPIES = 4;

/** float32 numbers of a batch that are in memory at the worst moment of a step, between forward and backward. */
export function keptNumbers({ model, tokens, batch, recompute, ratesByLayer }: KeptInputs): number {
  const blocks = stacksOf(model, tokens).flatMap(({ shapes, heads }) =>
    shapes.map((shape) => ({
      shape,
      kept: keptByBlock(shape) + (keepsWeights(shape, heads, batch) ? heads * shape.keys * shape.queries : 0),
    })),
  );
  const ofBlocks = recompute ? keptAgain(blocks, ratesByLayer) : sum(blocks.map(({ kept }) => kept));
  return batch * (ofBlocks + aroundBlocks(model, tokens));
}

/**
 * The inputs of all blocks, and one block. In pre-training the gradients that arrive at the linear layers of all blocks stay besides: the
 * biases of all of them are one vector, whose update waits for the last one. ViT-S, tube 0.9, batch 8, took 1.78 GB so, and 1.45 GB with
 * a vector for each layer.
 */
function keptAgain(
  blocks: readonly { readonly shape: BlockShape; readonly kept: number }[],
  ratesByLayer: boolean,
): number {
  const inputs = sum(blocks.map(({ shape }) => shape.keys * shape.width));
  const largest = Math.max(...blocks.map(({ kept }) => kept));
  return ratesByLayer
    ? inputs + BLOCK_AGAIN * largest
    : inputs + largest + sum(blocks.map(({ shape }) => gradientsOfBlock(shape)));
}

/** Those of a pass without gradients: of one block, and the tokens that come in. */
export function passingNumbers({
  model,
  tokens,
  batch,
}: Pick<KeptInputs, 'model' | 'tokens' | 'batch'>): number {
  const blocks = stacksOf(model, tokens).flatMap(({ shapes }) => shapes.map(keptByBlock));
  return batch * (Math.max(...blocks) + tokens.visible * tokenSizeOf(model));
}

/** The passes of a step: each view of the encoder, and the decoder. */
function stacksOf(model: VideoMaeConfig, tokens: TokenCounts) {
  return [
    ...[tokens.visible, ...tokens.furtherViews].map((count) => ({
      shapes: encoderShapes(model, count),
      heads: model.numAttentionHeads,
    })),
    { shapes: decoderShapes(model, tokens), heads: model.decoderNumAttentionHeads },
  ];
}

function aroundBlocks(model: VideoMaeConfig, { visible, furtherViews, reconstructed }: TokenCounts): number {
  const tokenSize = tokenSizeOf(model);
  return (visible + sum(furtherViews)) * tokenSize + LOSS_COPIES * reconstructed * tokenSize;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);
