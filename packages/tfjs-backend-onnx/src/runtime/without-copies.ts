import { encodeModel } from '../graph/model.js';
import { standard } from '../graph/standard.js';
import type { Value } from '../graph/value.js';
import { onnxRuntime } from './onnx-runtime.js';

/**
 * Runs without copies of their outputs.
 *
 * ONNX Runtime writes an output into the tensor that it is given for it, but its Node binding (up to version 1.30)
 * then copies every output into a new tensor all the same: 70 ms for 64 MB that took 16 ms to compute. It converts
 * them in order and gives up at the first that is no tensor. So a graph whose first output is an empty sequence ends
 * with that error after everything is written where it was asked for.
 *
 * Whether the binding at hand does so is tried once; another one is used as it comes.
 */
export const SEQUENCE_OUTPUT = 'stop';

let known: Promise<string | undefined> | undefined;

/** The message with which a run ends that wrote its outputs and copied none; undefined where there is no such end. */
export function endWithoutCopies(): Promise<string | undefined> {
  known ??= attempt();
  return known;
}

/** Whether a run ended so. */
export const endedWithoutCopies = (error: unknown, message: string | undefined): boolean =>
  message !== undefined && error instanceof Error && error.message === message;

async function attempt(): Promise<string | undefined> {
  const value: Value = { type: 'float32', shape: [1], source: { kind: 'input', index: 0 } };
  const model = encodeModel({
    nodes: [standard('Neg', ['x'], 'y')],
    inputs: [{ name: 'x', value }],
    outputs: [{ name: 'y', value }],
    initializers: [],
    sequenceOutput: SEQUENCE_OUTPUT,
  });
  const session = await onnxRuntime().InferenceSession.create(model, { logSeverityLevel: 4 });
  const y = new (onnxRuntime().Tensor)('float32', Float32Array.of(0), [1]);
  try {
    await session.run(
      { x: new (onnxRuntime().Tensor)('float32', Float32Array.of(3), [1]) },
      { [SEQUENCE_OUTPUT]: null, y },
    );
    return undefined;
  } catch (error) {
    return error instanceof Error && y.data[0] === -3 ? error.message : undefined;
  } finally {
    await session.release();
  }
}
