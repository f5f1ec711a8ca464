import type { Packet } from 'node-av/lib';
import { checkReading } from '../container/ffmpeg.js';
import {
  AV_NOPTS_VALUE,
  AV_PKT_FLAG_CORRUPT,
  AV_PKT_FLAG_KEY,
  AVERROR_EOF,
} from '../container/ffmpeg-constants.js';
import { endOfPacket, hasFileBehind } from '../container/file-behind.js';
import { ffmpeg } from '../container/load-ffmpeg.js';
import type { OpenVideo } from '../container/open-video.js';
import { VideoError } from '../errors.js';
import { LARGEST_GAP } from '../frame-index/frame-clock.js';

/** Packets behind a doubtful one among which the next recording must begin: the doubt is told a packet or two early. */
const LOOK_AHEAD = 2;

/**
 * The packets of the picked stream, each valid until the next. The reader of .ts files doubts the last packets of a recording
 * to which another was joined byte by byte, as it counts the pieces of a packet and the count starts anew there. They are
 * whole if a recording begins behind them: a key picture, whose time steps back, jumps ahead, or follows as the next frame.
 * In between pieces are missing.
 *
 * Throws `VIDEO_DECODE_FAILED` for a packet with missing pieces, and at the end where a file was joined on that is not
 * read.
 */
export function* wholePackets(video: OpenVideo): Generator<Packet> {
  const packet = video.scope.own(new (ffmpeg().Packet)(), (value) => value.free());
  packet.alloc();
  const doubtful: Packet[] = [];
  video.scope.own(doubtful, (packets) => {
    for (const held of packets) held.free();
  });
  let number = 0;
  let end = 0;
  while (readPacket(video, packet)) {
    if (packet.streamIndex === video.stream.index) {
      end = Math.max(end, endOfPacket(packet));
      const last = doubtful.at(-1);
      if (last !== undefined && beginsRecording(video, packet, last)) {
        for (const held of doubtful) yield held;
        for (const held of doubtful.splice(0)) held.free();
      }
      if (doubtful.length > 0 || (packet.flags & AV_PKT_FLAG_CORRUPT) !== 0) {
        if (doubtful.length > LOOK_AHEAD) break;
        doubtful.push(packet.clone()!);
      } else yield packet;
      number++;
    }
    packet.unref();
  }
  if (doubtful.length > 0) throw damaged(`packet ${number - doubtful.length}`, video);
  if (hasFileBehind(video, end)) throw joinedOn(video);
}

function beginsRecording(video: OpenVideo, packet: Packet, last: Packet): boolean {
  const { flags, dts } = packet;
  if ((flags & AV_PKT_FLAG_KEY) === 0 || (flags & AV_PKT_FLAG_CORRUPT) !== 0) return false;
  if (dts === AV_NOPTS_VALUE || last.dts === AV_NOPTS_VALUE) return false;
  const step = video.seconds(Number(dts - last.dts));
  // A frame and a half: nothing is missing between the two.
  return step < 1.5 * video.seconds(Number(last.duration)) || step > LARGEST_GAP;
}

/** Reads the next packet of any stream; false at the end of the file. */
export function readPacket(video: OpenVideo, packet: Packet): boolean {
  video.checkTime();
  const status = video.format.readFrameSync(packet);
  if (status === AVERROR_EOF) return false;
  checkReading(status, video.source);
  return true;
}

function joinedOn({ source }: OpenVideo): VideoError {
  return new VideoError('VIDEO_DECODE_FAILED', {
    source,
    expected: 'one file',
    received: 'several joined byte by byte, of which the last are not read',
  });
}

export function damaged(what: string, { source }: OpenVideo): VideoError {
  return new VideoError('VIDEO_DECODE_FAILED', {
    source,
    expected: 'an intact stream',
    received: `damage in ${what}`,
  });
}
