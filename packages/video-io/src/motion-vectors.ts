import { AV_CODEC_ID_H264, AV_CODEC_ID_MPEG4 } from 'node-av/constants';

/** Kind of a coded picture, which decides what its vectors point to. */
export type PictureKind = 'intra' | 'predicted' | 'bidirectional';

/**
 * Blocks of one frame with where their content came from or goes to, in coded pixels. Plain columns of
 * numbers: one entry a vector.
 */
export interface BlockVectors {
  readonly count: number;
  /** Left, top, width, height of each block, [count, 4]. */
  readonly blocks: Float32Array;
  /** x and y from the block to its reference, [count, 2]. */
  readonly offsets: Float32Array;
  /** 1 where the reference is shown later than this frame, else 0, [count]. */
  readonly forward: Uint8Array;
}

/** Codecs whose decoders in FFmpeg export motion vectors and are common in data sets. */
export const MOTION_CODECS: readonly number[] = [AV_CODEC_ID_H264, AV_CODEC_ID_MPEG4];

/** Bytes of an `AVMotionVector` (libavutil/motion_vector.h). */
const RECORD = 40;

/** Reads FFmpeg's motion vector side data: the blocks are given by their centres. */
export function parseMotionVectors(data: Buffer): BlockVectors {
  const count = Math.floor(data.length / RECORD);
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const blocks = new Float32Array(count * 4);
  const offsets = new Float32Array(count * 2);
  const forward = new Uint8Array(count);
  for (let i = 0, at = 0; i < count; i++, at += RECORD) {
    const width = view.getUint8(at + 4);
    const height = view.getUint8(at + 5);
    const scale = view.getUint16(at + 32, true) || 1;
    blocks[i * 4] = view.getInt16(at + 10, true) - width / 2;
    blocks[i * 4 + 1] = view.getInt16(at + 12, true) - height / 2;
    blocks[i * 4 + 2] = width;
    blocks[i * 4 + 3] = height;
    offsets[i * 2] = view.getInt32(at + 24, true) / scale;
    offsets[i * 2 + 1] = view.getInt32(at + 28, true) / scale;
    forward[i] = view.getInt32(at, true) > 0 ? 1 : 0;
  }
  return { count, blocks, offsets, forward };
}
