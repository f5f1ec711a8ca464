import { TgmError } from '@tgm/options';

/** `OTHER_WORLD`: the folder already holds clips of another world, which would mix with the ones asked for. */
export class MovingShapesError extends TgmError<'OTHER_WORLD' | 'OPTION_INVALID'> {}
