import type { Safetensors, WritableTensor } from '@tgm/models';
import { TrainError } from '../errors.js';
import { damaged } from './file-faults.js';
import type { HostTensor, HostTensors, SavedRun } from './saved-run.js';

/** The tensors of a saved run. */
export type StateTensors = Pick<SavedRun, 'params' | 'buffers' | 'average'> & {
  readonly slots: SavedRun['optimizer']['slots'];
};

/**
 * The tensors of a saved run under the names of `training-state.safetensors`: `params/…`, `buffers/…`, `average/…` and
 * `optimizer/<slot>/…`, each with the parameter's name behind it. They share the run's arrays.
 * @throws TrainError with `OPTION_INVALID` for a slot with a slash in its name.
 */
export function namedTensors(saved: SavedRun): Record<string, WritableTensor> {
  const { params, buffers, average = {}, optimizer } = saved;
  const named = {
    ...prefixed('params', params),
    ...prefixed('buffers', buffers),
    ...prefixed('average', average),
  };
  for (const [slot, tensors] of Object.entries(optimizer.slots)) {
    if (slot.includes('/'))
      throw new TrainError('OPTION_INVALID', {
        where: `optimizer, slot ${slot}`,
        expected: 'a name without a slash',
        received: `"${slot}"`,
      });
    Object.assign(named, prefixed(`optimizer/${slot}`, tensors));
  }
  return named;
}

/** What a parameter is called there. */
export const parameterName = (name: string): string => `params/${name}`;

function prefixed(prefix: string, tensors: HostTensors): Record<string, WritableTensor> {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, { shape, data }]) => [
      `${prefix}/${name}`,
      data instanceof Float32Array ? { dtype: 'F32', shape, data } : { dtype: 'I32', shape, data },
    ]),
  );
}

/**
 * The inverse of `namedTensors`; it shares the file's arrays.
 * @throws TrainError with `CHECKPOINT_DAMAGED` for a tensor of another name or type, and for an average or slot that has not the
 *   names and shapes of the parameters.
 */
export function tensorsOfState(path: string, { tensors }: Safetensors, hasAverage: boolean): StateTensors {
  const params: Record<string, HostTensor> = {};
  const buffers: Record<string, HostTensor> = {};
  const average: Record<string, HostTensor> = {};
  const slots: Record<string, Record<string, HostTensor>> = {};
  for (const [name, { dtype, shape, data }] of Object.entries(tensors)) {
    const where = `${path}, tensor "${name}"`;
    if (!(data instanceof Float32Array || data instanceof Int32Array))
      throw damaged(where, 'F32 or I32', dtype);
    const [, part, slot, parameter] = NAME.exec(name) ?? [];
    const into =
      part === 'params' ? params : part === 'buffers' ? buffers : part === 'average' ? average : undefined;
    if (into) into[parameter!] = { shape, data };
    else if (slot !== undefined) slots[slot] = { ...slots[slot], [parameter!]: { shape, data } };
    else throw damaged(where, 'params/…, buffers/…, average/… or optimizer/<slot>/…', 'another name');
  }
  for (const [slot, held] of Object.entries(slots)) requireShapes(`${path}, optimizer/${slot}`, params, held);
  if (hasAverage) requireShapes(`${path}, average`, params, average);
  return { params, buffers, slots, ...(hasAverage && { average }) };
}

const NAME = /^(?:(params|buffers|average)|optimizer\/([^/]+))\/(.+)$/s;

function requireShapes(where: string, params: HostTensors, tensors: HostTensors): void {
  const wrong = Object.keys({ ...params, ...tensors }).find(
    (name) => String(params[name]?.shape) !== String(tensors[name]?.shape),
  );
  if (wrong === undefined) return;
  const shown = (tensor: HostTensor | undefined) => (tensor ? `[${tensor.shape}]` : 'none');
  throw damaged(`${where}/${wrong}`, `${shown(params[wrong])}, as the parameter is`, shown(tensors[wrong]));
}
