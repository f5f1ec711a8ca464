import * as tf from '@tensorflow/tfjs';
import {
  add,
  arithmetic,
  cast,
  divide,
  elementwise,
  expand,
  like,
  multiply,
  negate,
  reshape,
  subtract,
  unary,
  where,
} from '../graph/build.js';
import { record } from '../graph/record.js';
import { slice } from '../graph/slice.js';
import { constant, type Shape, uniform, type Value } from '../graph/value.js';
import { type Kernel, kernel } from './kernel.js';
import { range } from './window.js';

const both = (a: Value, b: Value): Value => elementwise('And', [a, b], 'bool');
const within = (x: Value, low: number, high: number): Value =>
  both(
    elementwise('GreaterOrEqual', [x, like(x, low)], 'bool'),
    elementwise('LessOrEqual', [x, like(x, high)], 'bool'),
  );
const clamp = (x: Value, low: number, high: number): Value =>
  elementwise('Clip', [x, like(x, low), like(x, high)], x.type);
/** Halves upwards, as JavaScript's Math.round; ONNX's Round takes them to the even side. */
const round = (x: Value): Value => unary('Floor', add(x, like(x, 0.5)));
const withChannels = (x: Value): Value => reshape(x, [...x.shape, 1]);

function numbers(count: number, shape: Shape): Value {
  return constant(Float32Array.from(range(0, count)), shape, 'float32');
}

/** The pixels [B, rows, columns, channels] of images at whole coordinates, `fill` outside of the image. */
function pixels(image: Value, batch: Value, y: Value, x: Value, fill: number): Value {
  const [images, height, width, channels] = image.shape as [number, number, number, number];
  const flat = reshape(image, [images * height * width, channels]);
  const whole = (place: Value, length: number) => cast(clamp(place, 0, length - 1), 'int32');
  const row = arithmetic('Add', arithmetic('Mul', batch, uniform(height, [], 'int32')), whole(y, height));
  const index = arithmetic('Add', arithmetic('Mul', row, uniform(width, [], 'int32')), whole(x, width));
  const found = record(
    'Gather',
    [flat, index],
    { shape: [...index.shape, channels], type: image.type },
    { axis: 0 },
  );
  const inside = both(within(y, 0, height - 1), within(x, 0, width - 1));
  return where(withChannels(inside), found, like(found, fill));
}

/** Pixels at any coordinates: the nearest one, or four of them weighted by how near they are. */
function sampled(
  image: Value,
  batch: Value,
  y: Value,
  x: Value,
  { bilinear, fill }: { bilinear: boolean; fill: number },
): Value {
  if (!bilinear) return pixels(image, batch, round(y), round(x), fill);
  const [top, left] = [unary('Floor', y), unary('Floor', x)];
  const [bottom, right] = [add(top, like(top, 1)), add(left, like(left, 1))];
  const [down, across] = [withChannels(subtract(y, top)), withChannels(subtract(x, left))];
  const mixed = (a: Value, b: Value, share: Value) =>
    add(multiply(a, subtract(like(share, 1), share)), multiply(b, share));
  const line = (at: Value) =>
    mixed(pixels(image, batch, at, left, fill), pixels(image, batch, at, right, fill), across);
  return mixed(line(top), line(bottom), down);
}

interface Crop {
  readonly cropSize: [number, number];
  readonly method: 'bilinear' | 'nearest';
  readonly extrapolationValue: number;
}

/** Cuts boxes [y1, x1, y2, x2], 0-1, out of images and brings them to one size. */
function cropAndResize(inputs: Record<string, Value>, attributes: Crop): Value {
  const [image, boxes, owner] = [cast(inputs.image!, 'float32'), inputs.boxes!, inputs.boxInd!];
  const { cropSize, method, extrapolationValue } = attributes;
  const [images, height, width] = image.shape as [number, number, number, number];
  const count = boxes.shape[0]!;
  const edge = (side: number) => reshape(slice(boxes, [0, side], [count, 1]), [count, 1, 1]);
  const places = (from: Value, to: Value, length: number, steps: number, shape: Shape) => {
    if (steps === 1) return multiply(add(from, to), like(from, 0.5 * (length - 1)));
    const step = multiply(subtract(to, from), like(from, (length - 1) / (steps - 1)));
    return add(multiply(from, like(from, length - 1)), multiply(numbers(steps, shape), step));
  };
  const y = places(edge(0), edge(2), height, cropSize[0], [cropSize[0], 1]);
  const x = places(edge(1), edge(3), width, cropSize[1], [1, cropSize[1]]);
  const batch = reshape(owner, [count, 1, 1]);
  const bilinear = method === 'bilinear';
  const found = sampled(image, clamp(batch, 0, images - 1), y, x, { bilinear, fill: 0 });
  const inside = both(within(y, 0, height - 1), within(x, 0, width - 1));
  const crops = where(withChannels(inside), found, like(found, extrapolationValue));
  // A box of an image that there is not stays empty.
  const known = within(batch, 0, images - 1);
  const result = where(withChannels(known), crops, like(crops, 0));
  return expand(result, [count, ...cropSize, image.shape[3]!]);
}

interface Transform {
  readonly interpolation: 'nearest' | 'bilinear';
  readonly fillMode: 'constant' | 'reflect' | 'wrap' | 'nearest';
  readonly fillValue: number;
  readonly outputShape?: [number, number];
}

/** Brings a coordinate beyond the image back into it; "constant" leaves it outside. */
function mapped(place: Value, length: number, mode: Transform['fillMode']): Value {
  const truncated = (x: Value) => multiply(unary('Sign', x), unary('Floor', unary('Abs', x)));
  const number = (value: number) => like(place, value);
  const negative = elementwise('Less', [place, number(0)], 'bool');
  const beyond = elementwise('Greater', [place, number(length - 1)], 'bool');
  if (mode === 'constant') return place;
  if (mode === 'nearest' || length <= 1) return clamp(place, 0, length - 1);
  if (mode === 'wrap') {
    const turns = truncated(divide(place, number(length - 1)));
    const up = subtract(place, multiply(number(length), subtract(turns, number(1))));
    const down = subtract(place, multiply(number(length), turns));
    return clamp(where(negative, up, where(beyond, down, place)), 0, length - 1);
  }
  const period = number(2 * length);
  const within = subtract(place, multiply(period, truncated(divide(place, period))));
  const far = elementwise('Less', [within, number(-length)], 'bool');
  const low = where(far, add(within, period), subtract(negate(within), number(1)));
  const turned = elementwise('GreaterOrEqual', [within, number(length)], 'bool');
  const high = where(turned, subtract(subtract(period, within), number(1)), within);
  return clamp(where(negative, low, where(beyond, high, place)), 0, length - 1);
}

/** Each new pixel at (x, y) is read at ((a0 x + a1 y + a2) / k, (b0 x + b1 y + b2) / k), k = c0 x + c1 y + 1. */
function transform({ image, transforms }: Record<string, Value>, attributes: Transform): Value {
  const { interpolation, fillMode, fillValue, outputShape } = attributes;
  const [images, height, width, channels] = image!.shape as [number, number, number, number];
  const [rows, columns] = outputShape ?? [height, width];
  const count = transforms!.shape[0]!;
  const factor = (index: number) => reshape(slice(transforms!, [0, index], [count, 1]), [count, 1, 1]);
  const [x, y] = [numbers(columns, [1, columns]), numbers(rows, [rows, 1])];
  const plane = (first: number) => add(multiply(factor(first), x), multiply(factor(first + 1), y));
  const divisor = add(plane(6), uniform(1, [], 'float32'));
  const place = (first: number) => divide(add(plane(first), factor(first + 2)), divisor);
  const batch = constant(Int32Array.from(range(0, images)), [images, 1, 1], 'int32');
  const found = sampled(
    image!,
    batch,
    mapped(place(3), height, fillMode),
    mapped(place(0), width, fillMode),
    { bilinear: interpolation === 'bilinear', fill: fillValue },
  );
  const infinite = elementwise('Equal', [divisor, like(divisor, 0)], 'bool');
  const result = where(withChannels(infinite), like(found, fillValue), found);
  return expand(result, [images, rows, columns, channels]);
}

interface Rotation {
  readonly radians: number;
  readonly fillValue: number | [number, number, number];
  readonly center: number | [number, number];
}

/** Turns images about a point; which pixel goes where is known beforehand. */
function rotate(image: Value, { radians, fillValue, center }: Rotation): Value {
  const [images, height, width, channels] = image.shape as [number, number, number, number];
  const [centerX, centerY] = tf.backend_util.getImageCenter(center, height, width) as [number, number];
  const [sine, cosine] = [Math.sin(radians), Math.cos(radians)];
  const sources = Int32Array.from({ length: height * width }, (_, index) => {
    const [x, y] = [(index % width) - centerX, Math.floor(index / width) - centerY];
    const column = Math.round(x * cosine - y * sine + centerX);
    const row = Math.round(x * sine + y * cosine + centerY);
    return column >= 0 && column < width && row >= 0 && row < height ? row * width + column : -1;
  });
  const indices = constant(
    sources.map((source) => Math.max(0, source)),
    [height * width],
    'int32',
  );
  const inside = constant(
    Uint8Array.from(sources, (source) => (source < 0 ? 0 : 1)),
    [height * width, 1],
    'bool',
  );
  const flat = reshape(image, [images, height * width, channels]);
  const found = record('Gather', [flat, indices], flat, { axis: 1 });
  // A fourth channel is opacity, and what comes from outside is opaque.
  const fill = Float32Array.from(range(0, channels), (channel) =>
    typeof fillValue === 'number' ? fillValue : (fillValue[channel] ?? 255),
  );
  return reshape(where(inside, found, constant(fill, [channels], 'float32')), image.shape);
}

export const sampleKernels: readonly Kernel[] = [
  kernel<Crop>(tf.CropAndResize, cropAndResize),
  kernel<Transform>(tf.Transform, transform),
  kernel<Rotation>(tf.RotateWithOffset, ({ image }, options) => rotate(image!, options)),
  kernel(tf.FlipLeftRight, ({ image }) => {
    const [, , width] = image!.shape as [number, number, number, number];
    return slice(image!, [0, 0, width - 1, 0], image!.shape, [1, 1, -1, 1]);
  }),
];
