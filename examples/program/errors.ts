import { TgmError } from '@tgm/options';

/** What a program of the examples refuses or fails at. */
export type ProgramErrorCode =
  /** The command line is not one that the program knows. */
  | 'USAGE'
  /** An option on the command line is of another kind or out of range. */
  | 'OPTION_INVALID'
  /** A file or folder that the command line names is not there or holds something else. */
  | 'INPUT_INVALID'
  /** The videos are not enough for what is asked. */
  | 'VIDEOS_INVALID'
  /** A run is to go on under other options than it began with. */
  | 'OPTIONS_CHANGED'
  /** A training did not come to what the program promises. */
  | 'NOT_LEARNED'
  /** A figure is not what it would be if everything worked. */
  | 'FIGURE_WRONG'
  /** A file of a run cannot be written. */
  | 'WRITE_FAILED'
  /** A thread ended before its work did. */
  | 'THREAD_ENDED';

export class ProgramError extends TgmError<ProgramErrorCode> {}
