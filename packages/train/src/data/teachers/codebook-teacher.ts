import * as tf from '@tensorflow/tfjs';
import { frameTokens, type Params, type PatchCodebook } from '@tgm/models';
import { objectWith, optionTable, passing } from '@tgm/options';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import { tensorsDigest } from '../../checkpoint/tensors-digest.js';
import { TrainError } from '../../errors.js';
import type { FeatureTeacher } from '../with-features.js';

export interface CodebookTeacherOptions {
  readonly model: PatchCodebook;
  /** Those of the model, its codes among them, as `loadPatchCodebook` gives them. They stay the caller's. */
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
      'config',
      'describe',
    ]),
    params: passing(
      "the codebook's parameters by name",
      (value): value is Params => typeof value === 'object' && value !== null && 'codes' in value,
    ),
    engine: objectWith<Engine>('an engine', ['compile']),
  } satisfies Record<keyof CodebookTeacherOptions, unknown>,
  TrainError,
);

/**
 * Says of each token the number of its code, from 0 and below K: the targets of BEiT (arXiv 2106.08254), for `tokenLoss`. BEiT's
 * codebook is that of DALL-E, whose convolutions see more than one patch; a `patchCodebook` sees one token (R).
 *
 * `features` throws ModelError `INPUT_SHAPE` for frames of another size than the codebook's.
 *
 * @throws TrainError `OPTION_INVALID`.
 */
export function codebookTeacher(options: CodebookTeacherOptions): FeatureTeacher {
  const { model, params, engine } = OPTIONS.check(options);
  const { slices, rows, columns } = model.grid;
  const tokens = Array.from({ length: slices * rows * columns }, (_, token) => token);
  // The decoder is not run.
  const own = Object.fromEntries(Object.entries(params).filter(([name]) => !name.startsWith('decoder.')));
  const numbersOf = engine.compile((inputs: { params: Params; tokens: tf.Tensor3D }) =>
    model.nearest(inputs.params, model.encode(inputs.params, inputs.tokens)),
  );
  return {
    width: 1,
    async describe() {
      return { is: 'codebookTeacher', model: model.describe(), params: await tensorsDigest(own) };
    },
    async features(frames) {
      const pixels = frameTokens(frames, model.config, tokens, model.pixels);
      const cut = tf.tensor3d(pixels, [1, tokens.length, model.tokenSize]);
      try {
        const numbers = await numbersOf({ params: own, tokens: cut });
        const read = Float32Array.from(await numbers.data<'int32'>());
        numbers.dispose();
        return read;
      } finally {
        cut.dispose();
      }
    },
  };
}
