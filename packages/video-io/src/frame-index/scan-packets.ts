import type { PacketFacts } from '../bitstream/packet-facts.js';
import { packetReader } from '../bitstream/packet-reader.js';
import {
  AV_NOPTS_VALUE,
  AV_PKT_DATA_NEW_EXTRADATA,
  AV_PKT_FLAG_CORRUPT,
  AV_PKT_FLAG_DISCARD,
  AVERROR_EOF,
} from '../container/ffmpeg-constants.js';
import { endOfPacket, hasFileBehind } from '../container/file-behind.js';
import type { VideoLimits } from '../container/limits.js';
import { ffmpeg } from '../container/load-ffmpeg.js';
import type { OpenVideo } from '../container/open-video.js';

/** One packet of the video stream. */
export interface IndexedPacket extends PacketFacts {
  /** Ticks of the stream's clock. */
  readonly pts: number;
  /** Ticks; 0 when the container does not say. */
  readonly duration: number;
  /** Byte offset in the file. */
  readonly position: number;
  readonly size: number;
}

/**
 * Reads all packets of a freshly opened video in the order of decoding, without decoding them: some
 * microseconds each. Undefined when packets do not tell beyond doubt which frames there are. The reading
 * position is at the end afterwards.
 *
 * @param refuse What to do about more packets than the limit on frames. Default: they do not tell.
 */
export function indexPackets(
  video: OpenVideo,
  limits: VideoLimits,
  refuse?: () => never,
): IndexedPacket[] | undefined {
  const factsOf = packetReader(video.stream.codecpar);
  if (factsOf === undefined) return undefined;
  const packet = video.scope.own(new (ffmpeg().Packet)(), (value) => value.free());
  packet.alloc();
  const streamIndex = video.stream.index;
  const packets: IndexedPacket[] = [];
  let end = 0;
  for (;;) {
    video.checkTime();
    const status = video.format.readFrameSync(packet);
    if (status === AVERROR_EOF) return hasFileBehind(video, end) ? undefined : packets;
    if (status < 0) return undefined;
    if (packet.streamIndex === streamIndex) {
      const { pts, flags, data } = packet;
      const facts = data === null ? undefined : factsOf(data);
      // New extradata comes with the packet from which on it holds; a seek past it would miss it.
      const tells =
        facts !== undefined &&
        pts !== AV_NOPTS_VALUE &&
        (flags & AV_PKT_FLAG_CORRUPT) === 0 &&
        packet.getSideData(AV_PKT_DATA_NEW_EXTRADATA) === null;
      if (!tells) return undefined;
      if (packets.length >= limits.frameCount) return refuse?.();
      end = Math.max(end, endOfPacket(packet));
      packets.push({
        pts: Number(pts),
        duration: Number(packet.duration),
        position: Number(packet.pos),
        size: data!.length,
        // An edit list cuts off what is decoded only for the sake of later frames.
        shown: facts.shown && (flags & AV_PKT_FLAG_DISCARD) === 0,
        entry: facts.entry,
        referenced: facts.referenced,
        prefix: facts.entry ? facts.prefix : undefined,
      });
    }
    packet.unref();
  }
}
