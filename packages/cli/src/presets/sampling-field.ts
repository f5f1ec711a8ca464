import { eitherOf, type Field, nested, oneOf, wholeNumber } from '@tgm/options';
import type { FrameSampling } from '@tgm/video-io';

/** Which frames make a clip. */
export const samplingField = (): Field<FrameSampling> =>
  eitherOf(
    '{ kind: "dense", stride } with a stride from 1, or { kind: "segments" }',
    nested({ kind: oneOf(['dense']), stride: wholeNumber({ from: 1 }) }),
    nested({ kind: oneOf(['segments']) }),
  );
