import * as tf from '@tensorflow/tfjs';
import { frameTokens, type Params, type PatchCodebook, readOnce } from '@tgm/models';
import { describer, objectWith, optionTable, recorded, unrecorded } from '@tgm/options';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import { TrainError } from '../../errors.js';
import type { FeatureTeacher } from '../with-features.js';
import { frozenParams, paramsField } from './frozen-params.js';
import { requireFrames } from './require-frames.js';

export interface CodebookTeacherOptions {
  /** A `patchCodebook` of the same clips and tokens as the model that learns. */
  readonly model: PatchCodebook;
  /** Its parameters, the codes among them, as `loadPatchCodebook` gives them. They stay the caller's. */
  readonly params: Params;
  readonly engine: Engine;
}

const OPTIONS = optionTable(
  'codebookTeacher',
  {
    model: objectWith<PatchCodebook>('a PatchCodebook', [
      'encode',
      'nearest',
      'grid',
      'pixels',
      'tokenSize',
      'parameters',
      'config',
      'describe',
    ]),
    params: unrecorded(paramsField()),
    engine: unrecorded(objectWith<Engine>('an engine', ['compile'])),
  } satisfies Record<keyof CodebookTeacherOptions, unknown>,
  TrainError,
);

/**
 * Says of each token the number of its code, from 0 and below K: the targets of BEiT (arXiv 2106.08254), for `tokenLoss`. BEiT's
 * codebook is that of DALL-E, whose convolutions see more than one patch; a `patchCodebook` sees one token (R).
 *
 * The description tells the codebook by its configuration and a hash of the encoder's parameters and the codes.
 *
 * `features` throws TrainError `OPTION_INVALID` for other frames than the codebook's.
 *
 * @throws TrainError `OPTION_INVALID`, also for a parameter that is missing.
 */
export function codebookTeacher(options: CodebookTeacherOptions): FeatureTeacher {
  const checked = OPTIONS.check(options);
  const { model, engine } = checked;
  const { slices, rows, columns } = model.grid;
  const tokens = Array.from({ length: slices * rows * columns }, (_, token) => token);
  const isRead = ({ name }: { readonly name: string }) => !name.startsWith('decoder.');
  const frozen = frozenParams('codebookTeacher', model.parameters.filter(isRead), checked.params);
  const numbersOf = engine.compile((inputs: { params: Params; tokens: tf.Tensor3D }) =>
    model.nearest(inputs.params, model.encode(inputs.params, inputs.tokens)),
  );
  const describe = describer('codebookTeacher', recorded(OPTIONS, checked));
  return {
    width: 1,
    describe: async () => ({ ...describe(), params: await frozen.digest() }),
    async features(frames) {
      requireFrames('codebookTeacher', model.config, frames);
      const cut = frameTokens(frames, model.config, tokens, model.pixels);
      const inputs = { tokens: tf.tensor3d(cut, [1, tokens.length, model.tokenSize]) };
      // Of an int32 tensor.
      return Float32Array.from(await readOnce(numbersOf({ params: frozen.params, ...inputs }), inputs));
    },
  };
}
