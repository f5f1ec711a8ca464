import type { CodecContext, Frame } from 'node-av/lib';
import type { Scope } from '../container/ffmpeg.js';
import { AVERROR_EAGAIN, AVERROR_EOF } from '../container/ffmpeg-constants.js';
import { ffmpeg } from '../container/load-ffmpeg.js';
import type { FramePace } from './frame-pace.js';
import type { OpenFile } from './write-whole.js';

/** The one stream of a file. */
export interface FrameStream {
  /** Encodes a frame that has its stamp. */
  write(frame: Frame): void;
  end(): void;
}

/**
 * Opens a container with one stream.
 *
 * @param container FFmpeg's name of it, and its options.
 */
export function openStream(
  { temporary, check }: OpenFile,
  container: { readonly name: string; readonly options?: Readonly<Record<string, string | number>> },
  encoder: CodecContext,
  pace: FramePace,
  scope: Scope,
): FrameStream {
  const format = scope.own(new (ffmpeg().FormatContext)(), (value) => value.freeContext());
  check(format.allocOutputContext2(null, container.name, `file:${temporary}`), 'setting up the container');
  for (const [option, value] of Object.entries(container.options ?? {}))
    check(format.setOption(option, value), `setting the container's ${option}`);
  const stream = format.newStream(null);
  check(stream.codecpar.fromContext(encoder), 'setting up the stream');
  stream.timeBase = encoder.timeBase;
  check(format.openOutputSync(), 'creating the file');
  scope.own(format, (value) => value.closeOutputSync());
  check(format.writeHeaderSync(), 'writing the header');
  const packet = scope.own(new (ffmpeg().Packet)(), (value) => value.free());
  packet.alloc();
  const drain = (): void => {
    for (;;) {
      const status = encoder.receivePacketSync(packet);
      if (status === AVERROR_EAGAIN || status === AVERROR_EOF) return;
      check(status, 'encoding');
      packet.streamIndex = 0;
      // Without a duration of its own the last frame would fall out of the container's edit list.
      packet.duration = pace.duration(packet.pts);
      packet.rescaleTs(encoder.timeBase, stream.timeBase);
      check(format.interleavedWriteFrameSync(packet), 'writing a packet');
    }
  };
  return {
    write(frame) {
      check(encoder.sendFrameSync(frame), `encoding frame ${frame.pts}`);
      drain();
    },
    end() {
      check(encoder.sendFrameSync(null), 'ending the stream');
      drain();
      check(format.writeTrailerSync(), 'writing the trailer');
    },
  };
}
