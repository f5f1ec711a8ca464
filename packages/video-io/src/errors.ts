/** What went wrong, as a stable word that programs may compare. */
export type VideoErrorCode =
  /** No file at this path, or not a regular file. */
  | 'VIDEO_NOT_FOUND'
  /** The file is not a video of a supported container, or its header is broken. */
  | 'VIDEO_UNREADABLE'
  /** The container holds no video stream that can be decoded. */
  | 'VIDEO_NO_STREAM'
  /** The stream broke off or decoded with errors before all asked-for frames were there. */
  | 'VIDEO_DECODE_FAILED'
  /** Beyond the limits on pixels, frames, streams, duration or time. */
  | 'VIDEO_TOO_LARGE'
  /** A frame index or time outside the video. */
  | 'FRAME_OUT_OF_RANGE'
  /** The encoder or the file system refused to write a video. */
  | 'VIDEO_ENCODE_FAILED'
  /** A decode worker died or the pool was closed before the clip was there. */
  | 'WORKER_FAILED'
  | 'MANIFEST_INVALID'
  | 'FOLDER_EMPTY'
  | 'CAPTION_EMPTY'
  /** A tar file that is broken, or whose samples are not as WebDataset has them. */
  | 'SHARD_INVALID'
  /** Shards that are there already were made from another data set or with other settings. */
  | 'SHARDS_DIFFER'
  /** More samples could not be loaded than are allowed. */
  | 'TOO_MANY_BAD_SAMPLES'
  /** A saved position belongs to another data set, seed or rank. */
  | 'STATE_MISMATCH'
  | 'ARGUMENT_INVALID';

/** Where an error happened, as far as known. */
export interface VideoErrorFields {
  /** Path of the video, manifest or folder. */
  readonly source?: string;
  /** Line of a manifest or caption file, from 1. */
  readonly line?: number;
  /** Frame index that was asked for, from 0. */
  readonly index?: number;
  /** Number of frames that the video has. */
  readonly frames?: number;
}

/** Every error that this package throws on purpose. */
export class VideoError extends Error {
  override readonly name = 'VideoError';
  readonly source: string | undefined;
  readonly line: number | undefined;
  readonly index: number | undefined;
  readonly frames: number | undefined;

  constructor(
    readonly code: VideoErrorCode,
    message: string,
    fields: VideoErrorFields = {},
  ) {
    super(message);
    this.source = fields.source;
    this.line = fields.line;
    this.index = fields.index;
    this.frames = fields.frames;
  }
}
