import { TgmError } from '@tgm/options';

/** What the command line refuses or fails at. */
export type CliErrorCode =
  /** The command line is not one that the program knows. */
  | 'USAGE'
  /** An option on the command line is of another kind or out of range. */
  | 'OPTION_INVALID'
  /** A configuration file cannot be read, or says what no option takes. */
  | 'CONFIG_INVALID'
  /** A file or folder that is named is not there or holds something else. */
  | 'INPUT_INVALID'
  /** More videos than allowed cannot be used. */
  | 'VIDEOS_INVALID'
  /** Nothing can listen on this port. */
  | 'PORT_TAKEN'
  /** An exported file says something else than the model. */
  | 'EXPORT_DIFFERS'
  /** A file cannot be written. */
  | 'WRITE_FAILED';

export class CliError extends TgmError<CliErrorCode> {}
