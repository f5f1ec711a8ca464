import type { Orientation } from '../container/orientation.js';
import { VideoError } from '../errors.js';
import type { CropGeometry, Rectangle, Size } from '../video.js';

/** A coded frame: its pixels as stored, and how they are shown. */
export interface CodedFrame {
  readonly size: Size;
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
export function displayedSize({ size, pixelAspect, orientation }: CodedFrame): Size {
  return turnSize({ width: uprightWidth(size, pixelAspect), height: size.height }, orientation);
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
 */
export function planCrop(
  frame: CodedFrame,
  size: Size,
  crop: Rectangle | undefined,
  source: string,
): CropPlan {
  const { orientation } = frame;
  const displayed = displayedSize(frame);
  if (crop !== undefined) checkCrop(crop, displayed, source);
  const scale = uprightWidth(frame.size, frame.pixelAspect) / frame.size.width;

  const wanted = unturn(crop ?? centredCrop(displayed, size), displayed, orientation);
  const columns = evenSpan(wanted.x / scale, (wanted.x + wanted.width) / scale, frame.size.width);
  const rows = evenSpan(wanted.y, wanted.y + wanted.height, frame.size.height);
  const coded = { x: columns.start, y: rows.start, width: columns.length, height: rows.length };

  const taken = { x: coded.x * scale, y: coded.y, width: coded.width * scale, height: coded.height };
  return {
    geometry: { source: displayed, crop: turn(taken, displayed, orientation), size },
    coded,
    orientation,
  };
}

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

/** The even pixels nearest to a span, at least two of them; a span up to the frame's edge stays there. */
function evenSpan(from: number, to: number, limit: number): { start: number; length: number } {
  const start = Math.min(2 * Math.round(from / 2), 2 * Math.floor((limit - 1) / 2));
  const end = to > limit - 1 ? limit : 2 * Math.round(to / 2);
  return { start, length: Math.min(Math.max(end - start, 2), limit - start) };
}

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
