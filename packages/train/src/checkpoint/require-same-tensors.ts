import { TrainError } from '../errors.js';

type Shapes = Readonly<Record<string, { readonly shape: readonly number[] }>>;

/**
 * That the tensors of a checkpoint are those of a run, by name and shape.
 * @throws TrainError with `CHECKPOINT_MISMATCH`
 */
export function requireSameTensors(path: string, saved: Shapes, now: Shapes): void {
  const wrong = Object.keys({ ...saved, ...now }).filter(
    (name) => String(saved[name]?.shape) !== String(now[name]?.shape),
  );
  if (wrong.length === 0) return;
  const list = (of: Shapes) =>
    wrong.map((name) => `${name} ${of[name] ? `[${of[name].shape}]` : 'nothing'}`).join(', ');
  throw new TrainError('CHECKPOINT_MISMATCH', {
    where: path,
    expected: `the tensors that it was saved with: ${list(saved)}`,
    received: list(now),
  });
}
