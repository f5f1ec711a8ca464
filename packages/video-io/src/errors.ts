import { type Fault, TgmError } from '@tgm/options';

/** Whose fault an error is. Only a file's fault may be answered by leaving the file out. */
export type FaultSide =
  /** The content of one file, or that it is not there. */
  | 'file'
  /** The machine: a full disk, too many open files, rights, a drive that is away. It may pass. */
  | 'system'
  /** The call: an option, a limit that it set, or a state or output folder that does not belong to it. */
  | 'caller';

/** Every code, and whose fault it stands for. */
const SIDES = {
  /** No file at this path, or not a regular file. */
  VIDEO_NOT_FOUND: 'file',
  /** The file is not a video of a supported container, or its header is broken. */
  VIDEO_UNREADABLE: 'file',
  /** The container holds no video stream that can be decoded. */
  VIDEO_NO_STREAM: 'file',
  /** The stream broke off or decoded with errors before all asked-for frames were there. */
  VIDEO_DECODE_FAILED: 'file',
  /** Beyond the limits on pixels, frames, streams, duration, time or bytes. */
  VIDEO_TOO_LARGE: 'file',
  /** A frame index or time outside the video. */
  FRAME_OUT_OF_RANGE: 'file',
  /** No annotation file, or one that is not as its reader needs it, or a row of it. */
  MANIFEST_INVALID: 'file',
  /** No folder, or no video in it. */
  FOLDER_EMPTY: 'file',
  /** A caption without text. */
  CAPTION_EMPTY: 'file',
  /** A tar file that is broken, or whose samples are not as WebDataset has them. */
  SHARD_INVALID: 'file',
  /** The system refused: rights, too many open files, a full disk, a drive that is away. `cause` has its own error. */
  SYSTEM_FAILED: 'system',
  /** node-av has no binary of FFmpeg that loads on this machine. */
  FFMPEG_UNAVAILABLE: 'system',
  /** The encoder refused to write a video. */
  VIDEO_ENCODE_FAILED: 'system',
  /** A decode worker died or the pool was closed before the clip was there. */
  WORKER_FAILED: 'system',
  /** An option of a wrong kind or out of range, a name that is not known, or an argument out of range. */
  OPTION_INVALID: 'caller',
  /** Shards that are there already were made from another data set or with other settings. */
  SHARDS_DIFFER: 'caller',
  /** More samples could not be loaded than the call allows. */
  TOO_MANY_BAD_SAMPLES: 'caller',
  /** A saved position belongs to another data set, seed or rank. */
  STATE_MISMATCH: 'caller',
} as const satisfies Record<string, FaultSide>;

/** What went wrong, as a stable word that programs may compare. */
export type VideoErrorCode = keyof typeof SIDES;

/** Where an error happened, as far as known. */
export interface VideoErrorFields {
  /** Path of the video, manifest or folder. */
  readonly source?: string | undefined;
  /** Line of a manifest or caption file, from 1. */
  readonly line?: number | undefined;
  /** Frame index that was asked for, from 0. */
  readonly index?: number | undefined;
  /** Number of frames that the video has. */
  readonly frameCount?: number | undefined;
}

/** What a `VideoError` is made of. `where` is the source and its line, unless it is given. */
export interface VideoFault extends Omit<Fault, 'where'>, VideoErrorFields {
  readonly where?: string | undefined;
}

/** Every error that this package throws on purpose. */
export class VideoError extends TgmError<VideoErrorCode> {
  readonly fault: FaultSide;
  readonly source: string | undefined;
  readonly line: number | undefined;
  readonly index: number | undefined;
  readonly frameCount: number | undefined;

  constructor(code: VideoErrorCode, fault: VideoFault) {
    const { source, line, index, frameCount } = fault;
    super(code, { ...fault, where: fault.where ?? placeOf(fault) });
    this.fault = SIDES[code];
    this.source = source;
    this.line = line;
    this.index = index;
    this.frameCount = frameCount;
  }
}

function placeOf({ source = 'video-io', line }: VideoErrorFields): string {
  return line === undefined ? source : `${source}:${line}`;
}
