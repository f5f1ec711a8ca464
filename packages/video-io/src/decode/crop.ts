import type { Orientation } from '../container/orientation.js';
import { VideoError } from '../errors.js';
import type { CropGeometry, Rectangle, Size } from '../video.js';

/** A coded frame: its pixels as stored, and how they are shown. */
export interface CodedFrame {
  readonly size: Size;
  /** The part that is meant to be seen. Default: all of it. */
  readonly visible?: Rectangle;
  /** Width of a coded pixel over its height. */
  readonly pixelAspect: number;
  readonly orientation: Orientation;
}

/** Which coded pixels are cut out, and where they lie in the displayed frame. */
export interface CropPlan {
  readonly geometry: CropGeometry;
  /** Whole coded pixels, even offsets. */
  readonly coded: Rectangle;
  readonly orientation: Orientation;
}

/** Displayed width and height of a coded frame: the pixel aspect widens it, then it is turned. */
export function displayedSize({ size, visible = wholeOf(size), pixelAspect, orientation }: CodedFrame): Size {
  return turnSize({ width: uprightWidth(visible, pixelAspect), height: visible.height }, orientation);
}

/** Largest centred part of `source` that has the aspect of `target`. */
export function centredCrop(source: Size, target: Size): Rectangle {
  const scale = Math.min(source.width / target.width, source.height / target.height);
  const width = target.width * scale;
  const height = target.height * scale;
  return { x: (source.width - width) / 2, y: (source.height - height) / 2, width, height };
}

/**
 * Turns a crop of the displayed frame into coded pixels. Offsets and sizes go to the nearest even coded
 * pixel, because chroma is stored at half resolution; the geometry tells the crop that was really taken.
 *
 * @param frame As the video's header describes it; the crop is in its displayed pixels.
 * @param actual Size of the frames to cut from. Where it is another one, the same part of the picture is taken.
 */
export function planCrop(
  frame: CodedFrame,
  size: Size,
  crop: Rectangle | undefined,
  source: string,
  actual: Size = frame.size,
): CropPlan {
  const { orientation, visible = wholeOf(frame.size) } = frame;
  const displayed = displayedSize(frame);
  if (crop !== undefined) checkCrop(crop, displayed, source);
  const wanted = unturn(crop ?? centredCrop(displayed, size), displayed, orientation);

  /** Upright displayed pixels of the visible part to coded pixels of an actual frame, along one side. */
  const across = scaleAlong(
    uprightWidth(visible, frame.pixelAspect) / visible.width,
    visible.x,
    actual.width / frame.size.width,
  );
  const down = scaleAlong(1, visible.y, actual.height / frame.size.height);
  const columns = evenSpan(
    [across.coded(wanted.x), across.coded(wanted.x + wanted.width)],
    [across.coded(0), across.coded(0) + (visible.width * actual.width) / frame.size.width],
  );
  const rows = evenSpan(
    [down.coded(wanted.y), down.coded(wanted.y + wanted.height)],
    [down.coded(0), down.coded(visible.height)],
  );
  const coded = { x: columns.start, y: rows.start, width: columns.length, height: rows.length };
  const taken = {
    x: across.shown(coded.x),
    y: down.shown(coded.y),
    width: across.shown(coded.x + coded.width) - across.shown(coded.x),
    height: down.shown(coded.y + coded.height) - down.shown(coded.y),
  };
  return {
    geometry: { source: displayed, crop: turn(taken, displayed, orientation), size },
    coded,
    orientation,
  };
}

/**
 * From places in the visible part as shown to coded pixels and back: a coded pixel is `stretch` wide, the visible part
 * begins at `start`, and actual frames are `scale` times as large.
 */
function scaleAlong(stretch: number, start: number, scale: number) {
  return {
    coded: (shown: number): number => (start + shown / stretch) * scale,
    shown: (coded: number): number => (coded / scale - start) * stretch,
  };
}

const wholeOf = ({ width, height }: Size): Rectangle => ({ x: 0, y: 0, width, height });

/** Width and height exchanged when the picture is turned on its side. */
export function turnSize(size: Size, { transposed }: Orientation): Size {
  return transposed ? { width: size.height, height: size.width } : size;
}

function uprightWidth({ width }: Size, pixelAspect: number): number {
  const stretched = Math.round(width * pixelAspect);
  // A nonsensical aspect in a broken header would make a picture that no one can show.
  return stretched >= 1 && stretched <= 65_535 ? stretched : width;
}

function turn(rectangle: Rectangle, displayed: Size, orientation: Orientation): Rectangle {
  return mirror(orientation.transposed ? transpose(rectangle) : rectangle, displayed, orientation);
}

function unturn(rectangle: Rectangle, displayed: Size, orientation: Orientation): Rectangle {
  const mirrored = mirror(rectangle, displayed, orientation);
  return orientation.transposed ? transpose(mirrored) : mirrored;
}

function transpose({ x, y, width, height }: Rectangle): Rectangle {
  return { x: y, y: x, width: height, height: width };
}

function mirror(rectangle: Rectangle, frame: Size, { flippedX, flippedY }: Orientation): Rectangle {
  return {
    ...rectangle,
    x: flippedX ? frame.width - rectangle.x - rectangle.width : rectangle.x,
    y: flippedY ? frame.height - rectangle.y - rectangle.height : rectangle.y,
  };
}

type Span = readonly [from: number, to: number];

/** The even pixels nearest to a span, at least two of them, within bounds; a span up to the upper bound stays there. */
function evenSpan([from, to]: Span, [low, high]: Span): { start: number; length: number } {
  const [first, limit] = [2 * Math.ceil(low / 2 - ROUNDING), Math.floor(high + ROUNDING)];
  const latest = Math.max(2 * Math.floor((limit - 1) / 2), first);
  const start = Math.min(Math.max(2 * Math.round(from / 2), first), latest);
  const end = to > limit - 1 ? limit : 2 * Math.round(to / 2);
  return { start, length: Math.min(Math.max(end - start, 2), limit - start) };
}

/** Divided and multiplied again, whole pixels may be this far off. */
const ROUNDING = 1e-6;

function checkCrop(crop: Rectangle, displayed: Size, source: string): void {
  const fits =
    crop.x >= 0 &&
    crop.y >= 0 &&
    crop.width > 0 &&
    crop.height > 0 &&
    crop.x + crop.width <= displayed.width + 1e-6 &&
    crop.y + crop.height <= displayed.height + 1e-6;
  if (fits) return;
  throw new VideoError('OPTION_INVALID', {
    source,
    expected: `a crop inside ${displayed.width}x${displayed.height}`,
    received: `x ${crop.x}, y ${crop.y}, width ${crop.width}, height ${crop.height}`,
  });
}
