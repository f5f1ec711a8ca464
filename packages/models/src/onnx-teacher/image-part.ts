import type { OnnxFile } from '@tgm/tfjs-backend-onnx';
import { pixelTables } from '../pixel-tables.js';
import type { PixelScale } from '../pixels.js';
import { shapeText, unfit } from './fault.js';
import { floatsOf, optionalOutputOf, outputOf } from './outputs.js';
import { attentionOf, gridOfPatches, type PatchGrid, type PatchLayout, patchRows } from './patch-layout.js';

/** Frames of one run, where the file leaves their number open. */
const FRAMES_A_RUN = 16;

/** The image side of a teacher. */
export interface ImagePart {
  readonly outputs: { readonly patches: string; readonly attention: string | undefined };
  readonly layout: PatchLayout;
  /** D. */
  readonly width: number;
  /** [count, rows, columns, D] of frames [count, S, S, 3] as the file gives them. */
  patches(frames: Uint8Array, count: number): Promise<Float32Array>;
  /** [count, rows, columns], where the file tells. */
  readonly attention: ((frames: Uint8Array, count: number) => Promise<Float32Array>) | undefined;
}

export interface ImagePartOptions {
  readonly path: string;
  readonly file: OnnxFile;
  /** S. */
  readonly imageSize: number;
  readonly pixels: PixelScale;
  readonly grid: PatchGrid | undefined;
  readonly leadingTokens: number | undefined;
  readonly outputs: { readonly patches?: string | undefined; readonly attention?: string | undefined };
}

/**
 * Looks at a grey frame, so that a file which does not fit is refused before a run begins.
 * @throws ModelError with `ONNX_FILE_UNFIT` or `OPTION_INVALID`
 */
export async function imagePart(options: ImagePartOptions): Promise<ImagePart> {
  const { path, file, imageSize, pixels } = options;
  const input = imageInputOf(path, file, imageSize);
  const patches = outputOf(path, file, 'patches', options.outputs.patches);
  const attention = optionalOutputOf(path, file, 'attention', options.outputs.attention);
  const most = input.batch ?? FRAMES_A_RUN;

  /** What the output `name` says of `count` frames, at most `most`. */
  async function run(name: string, frames: Uint8Array, count: number) {
    const batch = input.batch ?? count;
    const data = channelsFirst(frames, batch, imageSize, pixels);
    const inputs = { [input.name]: { shape: [batch, 3, imageSize, imageSize], data } };
    const found = floatsOf(path, name, (await file.run(inputs, [name]))[name]!);
    if (found.shape[0] === batch) return found;
    throw unfit(`${path}, output ${name}`, `${batch} rows, one for each image`, shapeText(found.shape));
  }

  const grey = new Uint8Array(imageSize * imageSize * 3).fill(127);
  const seen = await run(patches, grey, 1);
  const where = `${path}, output ${patches}`;
  const layout = gridOfPatches(where, seen.shape, options.grid, options.leadingTokens);
  const { width } = layout;
  const perFrame = layout.rows * layout.columns;

  /** [count, rows, columns, numbers] */
  const ofAll = async (
    name: string,
    frames: Uint8Array,
    count: number,
    numbers: number,
    rowsOf: (found: { shape: readonly number[]; data: Float32Array }) => Float32Array,
  ) => {
    const values = new Float32Array(count * perFrame * numbers);
    const frameBytes = imageSize * imageSize * 3;
    for (let start = 0; start < count; start += most) {
      const batch = Math.min(most, count - start);
      const part = frames.subarray(start * frameBytes, (start + batch) * frameBytes);
      const rows = rowsOf(await run(name, part, batch));
      values.set(rows.subarray(0, batch * perFrame * numbers), start * perFrame * numbers);
    }
    return values;
  };

  const attended = (name: string) => (frames: Uint8Array, count: number) =>
    ofAll(name, frames, count, 1, (found) => attentionOf(`${path}, output ${name}`, found, layout));
  if (attention !== undefined) await attended(attention)(grey, 1);
  return {
    outputs: { patches, attention },
    layout,
    width,
    patches: (frames, count) =>
      ofAll(patches, frames, count, width, (found) => patchRows(where, found, layout)),
    attention: attention === undefined ? undefined : attended(attention),
  };
}

/** The one input of an image model, and the number of images that it takes where that is fixed. */
function imageInputOf(
  path: string,
  { inputs }: OnnxFile,
  imageSize: number,
): { name: string; batch: number | undefined } {
  const [input] = inputs;
  const said = inputs.map(({ name, shape }) => `${name} ${shapeText(shape)}`).join(' and ') || 'none';
  const expected = `one input [images, 3, ${imageSize}, ${imageSize}] of float32`;
  if (inputs.length !== 1 || input?.type !== 'float32' || input.shape.length !== 4)
    throw unfit(path, expected, said);
  const [batch, ...sizes] = input.shape.map((size) =>
    typeof size === 'number' && size > 0 ? size : undefined,
  );
  if (![3, imageSize, imageSize].every((size, axis) => size === (sizes[axis] ?? size)))
    throw unfit(path, expected, said);
  return { name: input.name, batch };
}

/** [frames, S, S, 3] bytes to [batch, 3, S, S] numbers; zeros where there are fewer frames. */
function channelsFirst(
  frames: Uint8Array,
  batch: number,
  imageSize: number,
  scale: PixelScale,
): Float32Array {
  const tables = pixelTables('onnxPatchTextEncoder', scale);
  const area = imageSize * imageSize;
  const values = new Float32Array(batch * 3 * area);
  for (let frame = 0; frame < frames.length / (3 * area); frame++) {
    for (let channel = 0; channel < 3; channel++) {
      const table = tables[channel]!;
      const [from, to] = [frame * 3 * area + channel, (frame * 3 + channel) * area];
      for (let pixel = 0; pixel < area; pixel++) values[to + pixel] = table[frames[from + 3 * pixel]!]!;
    }
  }
  return values;
}
