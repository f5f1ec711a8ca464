import { TgmError } from '@tgm/options';

/** `OPTION_INVALID`: a key, count or generator of another kind or out of range. */
export type RandomErrorCode = 'OPTION_INVALID';

/** Every error that this package throws. */
export class RandomError extends TgmError<RandomErrorCode> {}
