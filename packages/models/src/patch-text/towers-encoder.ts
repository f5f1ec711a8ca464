import * as tf from '@tensorflow/tfjs';
import type {
  AttentionEncoder,
  AttentionMaps,
  ClipFrames,
  PatchEmbeddings,
  PictureTextEncoder,
} from '@tgm/masking';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import { readTokens } from '../frame-tokens.js';
import { patchedFramesOf } from '../frames-of.js';
import { type Params, parameter } from '../params.js';
import { tokenSizeOf } from '../patchify.js';
import { pixelTables } from '../pixel-tables.js';
import type { PixelScale } from '../pixels.js';
import { readOnce } from '../read-once.js';
import { SMALLEST_NORM } from '../text-encoder/normalise-rows.js';
import { rememberedTexts } from '../text-encoder/remembered-texts.js';
import { type PatchGridSize, positionsFor } from './positions.js';
import { wholePictures } from './whole-pictures.js';

/** The most frames of one call of the engine. Fewer are filled up to a power of two, so that few traces serve. */
const MOST_FRAMES = 16;
/** Captions of one call: the rest is filled up. */
const CAPTIONS_A_CALL = 4;

/** A model of two towers whose patches and texts share a space, and its parameters. */
export interface Towers {
  /** E */
  readonly width: number;
  readonly patchSize: number;
  /** Patches along a side of the tower's own images. */
  readonly side: number;
  readonly pixels: PixelScale;
  readonly visionParams: Params;
  readonly textParams: Params;
  /** The table of positions among the parameters, and its rows before those of patches. */
  readonly positions: { readonly name: string; readonly leading: 0 | 1 };
  /** L */
  readonly contextLength: number;
  /** [L] ids, and the place that the tower reads. */
  encode(text: string): { readonly ids: Int32Array; readonly end: number };
  /** [B, K, 3 p p] and [B, K] rows of the table of positions to [B, K, E]. */
  patchFeatures(params: Params, patches: tf.Tensor3D, places?: tf.Tensor2D): tf.Tensor3D;
  /** The same to [B, K]. */
  attention(params: Params, patches: tf.Tensor3D, places?: tf.Tensor2D): tf.Tensor2D;
  /** [B, L] and [B] to [B, E]. */
  encodeText(params: Params, ids: tf.Tensor2D, ends: tf.Tensor1D): tf.Tensor2D;
}

/**
 * Embeddings of captions, and of patches of frames of any size of whole patches: where it is not that of the tower's images, the table
 * of positions is interpolated. An embedding of a caption is computed once. The parameters stay the caller's.
 */
export function towersEncoder(
  engine: Engine,
  towers: Towers,
): Omit<PictureTextEncoder, 'describe' | 'digest'> & AttentionEncoder {
  const { width, patchSize, side, pixels: scale, textParams, contextLength } = towers;
  const positions = positionTables(towers);
  const embedPatches = engine.compile(({ params, patches, places }: VisionInputs) =>
    normalised(towers.patchFeatures(params, patches, places)),
  );
  const attendTo = engine.compile(({ params, patches, places }: VisionInputs) =>
    towers.attention(params, patches, places),
  );
  const embedTexts = engine.compile((inputs: { params: Params; ids: tf.Tensor2D; ends: tf.Tensor1D }) =>
    normalised(towers.encodeText(inputs.params, inputs.ids, inputs.ends)),
  );

  /** Embeds at most CAPTIONS_A_CALL captions, [count, width]. */
  async function embedCaptions(texts: readonly string[]): Promise<Float32Array> {
    const ids = new Int32Array(CAPTIONS_A_CALL * contextLength);
    const ends = new Int32Array(CAPTIONS_A_CALL);
    for (const [row, text] of texts.entries()) {
      const tokens = towers.encode(text);
      ids.set(tokens.ids, row * contextLength);
      ends[row] = tokens.end;
    }
    const inputs = {
      ids: tf.tensor2d(ids, [CAPTIONS_A_CALL, contextLength], 'int32'),
      ends: tf.tensor1d(ends, 'int32'),
    };
    return readOnce(embedTexts({ params: textParams, ...inputs }), inputs);
  }

  /** What `compiled` gives for all frames of a clip: [T, rows, columns, numbers]. */
  async function ofFrames(
    where: string,
    given: ClipFrames,
    compiled: (inputs: VisionInputs) => Promise<tf.Tensor>,
    numbers: number,
  ) {
    const { frames, count, rows, columns } = patchedFramesOf(where, given, patchSize);
    const tokenSize = tokenSizeOf({ patchSize, tubeletSize: 1 });
    const layout = { rows, columns, slices: count, patchSize, tubeletSize: 1, readFrames: 1 };
    const perFrame = rows * columns;
    const values = new Float32Array(count * perFrame * numbers);
    const table = rows === side && columns === side ? undefined : await positions({ rows, columns });
    const { leading } = towers.positions;
    for (let start = 0; start < count; start += MOST_FRAMES) {
      const batch = Math.min(MOST_FRAMES, count - start);
      const filled = 2 ** Math.ceil(Math.log2(batch));
      const tokens = Array.from({ length: batch * perFrame }, (_, i) => start * perFrame + i);
      const pixels = new Float32Array(filled * perFrame * tokenSize);
      readTokens(frames, layout, tokens, pixelTables(where, scale), pixels, 0);
      const inputs = {
        patches: tf.tensor3d(pixels, [filled, perFrame, tokenSize]),
        ...(table && {
          table: tf.tensor2d(table, [leading + perFrame, table.length / (leading + perFrame)]),
          places: tf.tensor2d(placesOf(filled, perFrame), [filled, perFrame], 'int32'),
        }),
      };
      const found = await readOnce(compiled(visionInputs(towers, inputs)), inputs);
      values.set(found.subarray(0, batch * perFrame * numbers), start * perFrame * numbers);
    }
    return { values, frameCount: count, rows, columns };
  }

  return {
    pictureSize: wholePictures(side * patchSize, patchSize),
    encodeText: rememberedTexts(width, CAPTIONS_A_CALL, embedCaptions),
    async encodePatches(clip): Promise<PatchEmbeddings> {
      return { ...(await ofFrames('encodePatches', clip, embedPatches, width)), width };
    },
    encodeAttention: (clip): Promise<AttentionMaps> => ofFrames('encodeAttention', clip, attendTo, 1),
  };
}

/** What a pass over pictures reads; `places` where they are not of the tower's own size. */
type VisionInputs = { params: Params; patches: tf.Tensor3D; places?: tf.Tensor2D };

const visionInputs = (
  { visionParams: params, positions }: Towers,
  { patches, table, places }: { patches: tf.Tensor3D; table?: tf.Tensor2D; places?: tf.Tensor2D },
): VisionInputs =>
  table && places ? { params: { ...params, [positions.name]: table }, patches, places } : { params, patches };

/** [frames, count] every frame's patches in their order. */
const placesOf = (frames: number, count: number): Int32Array =>
  Int32Array.from({ length: frames * count }, (_, at) => at % count);

/** The table of positions for a grid of patches, made once for each. */
function positionTables({
  visionParams,
  side,
  positions,
}: Towers): (grid: PatchGridSize) => Promise<Float32Array> {
  const made = new Map<string, Promise<Float32Array>>();
  const make = async (grid: PatchGridSize) => {
    const table = await parameter(visionParams, positions.name).data<'float32'>();
    return positionsFor(table, side, grid, positions.leading);
  };
  return (grid) => {
    const name = `${grid.rows} x ${grid.columns}`;
    const table = made.get(name) ?? make(grid);
    made.set(name, table);
    return table;
  };
}

/** Rows along the last axis with the L2 norm 1. */
function normalised(x: tf.Tensor): tf.Tensor {
  return tf.div(x, tf.maximum(tf.sqrt(tf.sum(tf.square(x), -1, true)), SMALLEST_NORM));
}
