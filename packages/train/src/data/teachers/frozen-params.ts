import { type Params, tensorsDigest } from '@tgm/models';
import { type Field, objectWith } from '@tgm/options';
import { TrainError } from '../../errors.js';

/** Parameters that a teacher reads and never changes; they stay the caller's. */
export interface FrozenParams {
  readonly params: Params;
  /** A hash of their names, shapes and numbers, computed once. */
  digest(): Promise<string>;
}

/** Parameters as an option of a teacher. */
export const paramsField = (): Field<Params> => objectWith<Params>('parameters, tensors by their names', []);

/**
 * The parameters of these names and shapes.
 *
 * @throws TrainError `OPTION_INVALID` where one is missing, or of another shape.
 */
export function frozenParams(
  where: string,
  wanted: readonly { readonly name: string; readonly shape: readonly number[] }[],
  given: Params,
): FrozenParams {
  const params = Object.fromEntries(
    wanted.map(({ name, shape }) => {
      const tensor = given[name];
      if (tensor?.shape.length === shape.length && shape.every((side, axis) => tensor.shape[axis] === side)) {
        return [name, tensor];
      }
      throw new TrainError('OPTION_INVALID', {
        where: `${where}, option params`,
        expected: `${name} [${shape}]`,
        received: tensor ? `[${tensor.shape}]` : 'none',
      });
    }),
  );
  let digest: Promise<string> | undefined;
  return {
    params,
    digest() {
      digest ??= tensorsDigest(params);
      return digest;
    },
  };
}
