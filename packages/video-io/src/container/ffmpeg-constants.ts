import { constants } from 'node:os';
import type * as NodeAv from 'node-av/constants';

/**
 * FFmpeg's numbers, as its headers have them. node-av has them too, but loads its native code with them;
 * ffmpeg-constants.test.ts compares.
 */

export const AVCOL_RANGE_MPEG = 1 as typeof NodeAv.AVCOL_RANGE_MPEG;
export const AVCOL_SPC_SMPTE170M = 6 as typeof NodeAv.AVCOL_SPC_SMPTE170M;
export const AVDISCARD_ALL = 48 as typeof NodeAv.AVDISCARD_ALL;
export const AVERROR_EAGAIN = -constants.errno.EAGAIN as typeof NodeAv.AVERROR_EAGAIN;
export const AVERROR_EINVAL = -constants.errno.EINVAL as typeof NodeAv.AVERROR_EINVAL;
export const AVERROR_EOF = -541478725 as typeof NodeAv.AVERROR_EOF;
export const AVMEDIA_TYPE_AUDIO = 1 as typeof NodeAv.AVMEDIA_TYPE_AUDIO;
export const AVMEDIA_TYPE_VIDEO = 0 as typeof NodeAv.AVMEDIA_TYPE_VIDEO;
export const AVSEEK_FLAG_BACKWARD = 1 as typeof NodeAv.AVSEEK_FLAG_BACKWARD;
export const AV_BUFFERSRC_FLAG_KEEP_REF = 8 as typeof NodeAv.AV_BUFFERSRC_FLAG_KEEP_REF;
export const AV_CODEC_FLAG2_EXPORT_MVS = 268435456 as typeof NodeAv.AV_CODEC_FLAG2_EXPORT_MVS;
export const AV_CODEC_FLAG_GLOBAL_HEADER = 4194304 as typeof NodeAv.AV_CODEC_FLAG_GLOBAL_HEADER;
export const AV_CODEC_ID_AV1 = 225 as typeof NodeAv.AV_CODEC_ID_AV1;
export const AV_CODEC_ID_H264 = 27 as typeof NodeAv.AV_CODEC_ID_H264;
export const AV_CODEC_ID_HEVC = 173 as typeof NodeAv.AV_CODEC_ID_HEVC;
export const AV_CODEC_ID_MPEG4 = 12 as typeof NodeAv.AV_CODEC_ID_MPEG4;
export const AV_CODEC_ID_VP8 = 139 as typeof NodeAv.AV_CODEC_ID_VP8;
export const AV_CODEC_ID_VP9 = 167 as typeof NodeAv.AV_CODEC_ID_VP9;
export const AV_DISPOSITION_ATTACHED_PIC = 1024 as typeof NodeAv.AV_DISPOSITION_ATTACHED_PIC;
export const AV_FRAME_DATA_MOTION_VECTORS = 8 as typeof NodeAv.AV_FRAME_DATA_MOTION_VECTORS;
export const AV_FRAME_FLAG_CORRUPT = 1 as typeof NodeAv.AV_FRAME_FLAG_CORRUPT;
export const AV_FRAME_FLAG_KEY = 2 as typeof NodeAv.AV_FRAME_FLAG_KEY;
export const AV_LOG_QUIET = -8 as typeof NodeAv.AV_LOG_QUIET;
export const AV_NOPTS_VALUE = -9223372036854775808n as typeof NodeAv.AV_NOPTS_VALUE;
export const AV_PICTURE_TYPE_B = 3 as typeof NodeAv.AV_PICTURE_TYPE_B;
export const AV_PIX_FMT_BGRA = 28 as typeof NodeAv.AV_PIX_FMT_BGRA;
export const AV_PIX_FMT_GRAY10LE = 168 as typeof NodeAv.AV_PIX_FMT_GRAY10LE;
export const AV_PIX_FMT_GRAY8 = 8 as typeof NodeAv.AV_PIX_FMT_GRAY8;
export const AV_PIX_FMT_PAL8 = 11 as typeof NodeAv.AV_PIX_FMT_PAL8;
export const AV_PIX_FMT_RGB24 = 2 as typeof NodeAv.AV_PIX_FMT_RGB24;
export const AV_PIX_FMT_YUV420P = 0 as typeof NodeAv.AV_PIX_FMT_YUV420P;
export const AV_PIX_FMT_YUV420P10LE = 62 as typeof NodeAv.AV_PIX_FMT_YUV420P10LE;
export const AV_PIX_FMT_YUV422P = 4 as typeof NodeAv.AV_PIX_FMT_YUV422P;
export const AV_PIX_FMT_YUV422P10LE = 64 as typeof NodeAv.AV_PIX_FMT_YUV422P10LE;
export const AV_PIX_FMT_YUV444P = 5 as typeof NodeAv.AV_PIX_FMT_YUV444P;
export const AV_PIX_FMT_YUV444P10LE = 68 as typeof NodeAv.AV_PIX_FMT_YUV444P10LE;
export const AV_PIX_FMT_YUVJ420P = 12 as typeof NodeAv.AV_PIX_FMT_YUVJ420P;
export const AV_PIX_FMT_YUVJ422P = 13 as typeof NodeAv.AV_PIX_FMT_YUVJ422P;
export const AV_PIX_FMT_YUVJ444P = 14 as typeof NodeAv.AV_PIX_FMT_YUVJ444P;
export const AV_PKT_DATA_DISPLAYMATRIX = 5 as typeof NodeAv.AV_PKT_DATA_DISPLAYMATRIX;
export const AV_PKT_DATA_FRAME_CROPPING = 36 as typeof NodeAv.AV_PKT_DATA_FRAME_CROPPING;
export const AV_PKT_DATA_NEW_EXTRADATA = 1 as typeof NodeAv.AV_PKT_DATA_NEW_EXTRADATA;
export const AV_PKT_FLAG_CORRUPT = 2 as typeof NodeAv.AV_PKT_FLAG_CORRUPT;
export const AV_PKT_FLAG_DISCARD = 4 as typeof NodeAv.AV_PKT_FLAG_DISCARD;
export const AV_PKT_FLAG_KEY = 1 as typeof NodeAv.AV_PKT_FLAG_KEY;
export const FF_ENCODER_LIBX264 = 'libx264' as typeof NodeAv.FF_ENCODER_LIBX264;
export const SWS_ACCURATE_RND = 262144 as typeof NodeAv.SWS_ACCURATE_RND;
export const SWS_BILINEAR = 2 as typeof NodeAv.SWS_BILINEAR;
