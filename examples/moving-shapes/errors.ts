import { TgmError } from '@tgm/options';

export type MovingShapesErrorCode =
  /** The folder already holds clips of another world, which would mix with the ones asked for. */
  | 'OTHER_WORLD'
  /** The folder cannot be made. */
  | 'FOLDER_FAILED'
  | 'OPTION_INVALID';

export class MovingShapesError extends TgmError<MovingShapesErrorCode> {}
