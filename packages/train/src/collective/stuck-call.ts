import { TrainError } from '../errors.js';
import type { Launched } from './launcher.js';
import { PATIENCE_ADVICE, START_ADVICE } from './patience.js';

/**
 * The error of a blocking call of MPI that has not come back. MPI does not tell which rank it waits for.
 *
 * @param seconds for which it was waited for.
 * @param launched what the launcher says of this process.
 * @param begun whether MPI has begun: all ranks were there then.
 */
export function stuckCall(
  where: string,
  seconds: number,
  launched: Launched | undefined,
  begun: boolean,
): TrainError {
  const { rank, size, by } = launched ?? {};
  const whose = rank ? `rank ${rank.value}` : 'this process';
  return new TrainError(
    'RANK_SILENT',
    begun
      ? {
          where,
          expected: 'all ranks to go on in a call that all have begun',
          received: `${whose} alone, or not all, for ${seconds} s; MPI does not tell which rank has stopped`,
          advice: PATIENCE_ADVICE,
        }
      : {
          where,
          expected: `all ${size ? `${size.value} ` : ''}ranks to begin, started by ${by ?? 'a launcher'}`,
          received: `${whose}, and not all others for ${seconds} s`,
          advice: START_ADVICE,
        },
  );
}
