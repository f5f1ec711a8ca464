import type { CodecParameters } from 'node-av/lib';
import {
  AV_CODEC_ID_AV1,
  AV_CODEC_ID_H264,
  AV_CODEC_ID_HEVC,
  AV_CODEC_ID_VP8,
  AV_CODEC_ID_VP9,
} from '../container/ffmpeg-constants.js';
import { av1Facts } from './av1.js';
import { h264Facts } from './h264.js';
import { hevcFacts } from './hevc.js';
import type { PacketReader } from './packet-facts.js';
import { vp8Facts, vp9Facts } from './vpx.js';

/** Undefined for codecs and packings of which nothing is known: they are decoded from the start. */
export function packetReader(parameters: CodecParameters): PacketReader | undefined {
  switch (parameters.codecId) {
    case AV_CODEC_ID_H264:
      return h264Facts(parameters);
    case AV_CODEC_ID_HEVC:
      return hevcFacts(parameters);
    case AV_CODEC_ID_VP8:
      return vp8Facts;
    case AV_CODEC_ID_VP9:
      return vp9Facts;
    case AV_CODEC_ID_AV1:
      return av1Facts;
    default:
      return undefined;
  }
}
