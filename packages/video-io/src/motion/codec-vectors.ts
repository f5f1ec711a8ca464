import { AV_CODEC_ID_H264, AV_CODEC_ID_MPEG4 } from '../container/ffmpeg-constants.js';

/** Codecs whose decoders in FFmpeg export motion vectors and are common in data sets. */
export const MOTION_CODECS: readonly number[] = [AV_CODEC_ID_H264, AV_CODEC_ID_MPEG4];

/** Words of 4 bytes of an `AVMotionVector` (libavutil/motion_vector.h). */
const RECORD = 10;

/** The vectors of one frame as FFmpeg tells them: records of `RECORD` words. */
export type BlockVectors = Int32Array;

/** A block in coded pixels, the offset from it to its reference, whether that is in the list of later pictures. */
export type BlockVisit = (
  left: number,
  top: number,
  width: number,
  height: number,
  x: number,
  y: number,
  forward: boolean,
) => void;

/** A copy of FFmpeg's motion vector side data, whose memory goes with its frame. */
export function blockVectors(data: Buffer): BlockVectors {
  const words = Math.floor(data.length / 4 / RECORD) * RECORD;
  const copy = new Uint8Array(words * 4);
  copy.set(data.subarray(0, copy.length));
  return new Int32Array(copy.buffer);
}

/** Unpacks the fields that lie in halves of words, in the byte order of all machines that node-av is built for. */
export function visitBlocks(vectors: BlockVectors, visit: BlockVisit): void {
  for (let at = 0; at < vectors.length; at += RECORD) {
    const width = vectors[at + 1]! & 0xff;
    const height = (vectors[at + 1]! >> 8) & 0xff;
    const centreX = vectors[at + 2]! >> 16;
    const centreY = (vectors[at + 3]! << 16) >> 16;
    const scale = vectors[at + 8]! & 0xffff || 1;
    visit(
      centreX - (width >> 1),
      centreY - (height >> 1),
      width,
      height,
      vectors[at + 6]! / scale,
      vectors[at + 7]! / scale,
      vectors[at]! > 0,
    );
  }
}
