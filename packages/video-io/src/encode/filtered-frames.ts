import type { Frame } from 'node-av/lib';
import type { Scope } from '../container/ffmpeg.js';
import {
  AV_BUFFERSRC_FLAG_KEEP_REF,
  AV_PIX_FMT_RGB24,
  AVERROR_EAGAIN,
  AVERROR_EOF,
} from '../container/ffmpeg-constants.js';
import { ffmpeg } from '../container/load-ffmpeg.js';
import type { Size } from '../video.js';
import type { OpenFile } from './write-whole.js';

/**
 * Frames as some filters make them, in their order; each is good until the next one is asked for.
 *
 * @param filters FFmpeg's description, with one open input and one open output.
 * @param count How many frames there are.
 * @param rgb Frames of `size` by their numbers.
 */
export function* filteredFrames(
  { check }: OpenFile,
  filters: string,
  { width, height }: Size,
  count: number,
  rgb: (index: number) => Frame,
  scope: Scope,
): Generator<Frame> {
  const graph = scope.own(new (ffmpeg().FilterGraph)(), (value) => value.free());
  graph.alloc();
  graph.nbThreads = 1;
  const input = `video_size=${width}x${height}:pix_fmt=${AV_PIX_FMT_RGB24}:time_base=1/1:pixel_aspect=1/1`;
  check(graph.parse2(`buffer@in=${input},${filters},buffersink@out`), 'setting up the filters');
  check(graph.configSync(), 'setting up the filters');
  const source = graph.getFilter('buffer@in')!;
  const sink = graph.getFilter('buffersink@out')!;
  const filtered = scope.own(new (ffmpeg().Frame)(), (value) => value.free());
  filtered.alloc();
  for (let index = 0; index <= count; index++) {
    const frame = index < count ? rgb(index) : null;
    if (frame) frame.pts = BigInt(index);
    check(source.buffersrcAddFrameSync(frame, AV_BUFFERSRC_FLAG_KEEP_REF), 'filtering a frame');
    for (;;) {
      const status = sink.buffersinkGetFrameSync(filtered);
      if (status === AVERROR_EAGAIN || status === AVERROR_EOF) break;
      check(status, 'filtering a frame');
      yield filtered;
      filtered.unref();
    }
  }
}
