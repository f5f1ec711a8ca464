import type { CodecParameters } from 'node-av/lib';
import { AV_CODEC_ID_H264 } from '../container/ffmpeg-constants.js';
import { sequenceFacts } from './h264-sps.js';
import { SEQUENCE_PARAMETERS, unitType } from './h264-units.js';
import { headerUnits } from './nal-units.js';

/** What H.264 allows. */
const MOST = 16;

/**
 * Pictures that a decoder keeps for others to be predicted from: of H.264 as the stream's header says, or 16 where it
 * does not; of MPEG-4 part 2 one, since its B-pictures tell no vectors.
 */
export function referencePictures(parameters: CodecParameters): number {
  if (parameters.codecId !== AV_CODEC_ID_H264) return 1;
  const counts = headerUnits(parameters)
    .filter((unit) => unitType(unit[0]!) === SEQUENCE_PARAMETERS)
    .map((unit) => sequenceFacts(unit)?.references ?? MOST);
  return counts.length === 0 ? MOST : Math.min(MOST, Math.max(1, ...counts));
}
