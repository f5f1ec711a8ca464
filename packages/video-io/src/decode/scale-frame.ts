import type { FilterContext, FilterGraph, Frame } from 'node-av/lib';
import { checkStatus, type Scope } from '../container/ffmpeg.js';
import { AV_BUFFERSRC_FLAG_KEEP_REF, AV_PIX_FMT_RGB24 } from '../container/ffmpeg-constants.js';
import { ffmpeg } from '../container/load-ffmpeg.js';
import { VideoError } from '../errors.js';
import type { CropPlan } from './crop.js';
import { turnSize } from './crop.js';

/** Writes one decoded frame as RGB, cropped, scaled and turned, to `target` from `offset` on. */
export type FrameScaler = (frame: Frame, target: Uint8Array, offset: number) => void;

/**
 * Where nothing is scaled these flags would keep libswscale from its vectorised conversion, which takes a tenth
 * of the time and differs by a level or two.
 */
const SCALING = 'bilinear+accurate_rnd+full_chroma_int';

/**
 * A scaler for frames of the format of `first`, as one FFmpeg filter graph: crop (no copy), libswscale
 * (bilinear over the whole footprint of an output pixel, so that shrinking does not alias; colour matrix
 * and range as the stream says), then the turn on the small picture.
 */
export function createFrameScaler(first: Frame, plan: CropPlan, scope: Scope, source: string): FrameScaler {
  const { coded, orientation, geometry } = plan;
  const upright = turnSize(geometry.size, orientation);
  const sameSize = upright.width === coded.width && upright.height === coded.height;
  const chain: [filter: string, options: string][] = [
    ['crop', `w=${coded.width}:h=${coded.height}:x=${coded.x}:y=${coded.y}:exact=1`],
    ['scale', `w=${upright.width}:h=${upright.height}:flags=${sameSize ? 'bilinear' : SCALING}`],
    ['format', `pix_fmts=${AV_PIX_FMT_RGB24}`],
    // `cclock_flip` swaps x and y and does no more.
    ...(orientation.transposed ? [['transpose', 'dir=cclock_flip'] as [string, string]] : []),
    ...(orientation.flippedX ? [['hflip', ''] as [string, string]] : []),
    ...(orientation.flippedY ? [['vflip', ''] as [string, string]] : []),
  ];
  const graph = scope.own(new (ffmpeg().FilterGraph)(), (value) => value.free());
  graph.alloc();
  graph.nbThreads = 1;
  const input = addFilter(
    graph,
    'buffer',
    `video_size=${first.width}x${first.height}:pix_fmt=${first.format}:time_base=1/1000:pixel_aspect=1/1` +
      `:colorspace=${first.colorSpace}:range=${first.colorRange}`,
  );
  let last = input;
  for (const [name, options] of chain) last = link(last, addFilter(graph, name, options));
  const output = link(last, addFilter(graph, 'buffersink', ''));
  checkStatus(graph.configSync(), 'VIDEO_DECODE_FAILED', 'setting up the scaler', source);

  const scaled = scope.own(new (ffmpeg().Frame)(), (value) => value.free());
  scaled.alloc();
  return (frame, target, offset) => {
    const adding = input.buffersrcAddFrameSync(frame, AV_BUFFERSRC_FLAG_KEEP_REF);
    checkStatus(adding, 'VIDEO_DECODE_FAILED', 'scaling a frame', source);
    checkStatus(output.buffersinkGetFrameSync(scaled), 'VIDEO_DECODE_FAILED', 'scaling a frame', source);
    target.set(scaled.toBuffer(), offset);
    scaled.unref();
  };
}

function addFilter(graph: FilterGraph, name: string, options: string): FilterContext {
  const filter = ffmpeg().Filter.getByName(name);
  const context = filter && graph.createFilter(filter, name, options);
  if (context) return context;
  throw new VideoError('VIDEO_DECODE_FAILED', {
    where: `FFmpeg's filter ${name}`,
    expected: 'options that it takes',
    received: `"${options}"`,
  });
}

function link(from: FilterContext, to: FilterContext): FilterContext {
  from.link(0, to, 0);
  return to;
}
