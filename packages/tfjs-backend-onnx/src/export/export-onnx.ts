import { writeFile } from 'node:fs/promises';
import * as tf from '@tensorflow/tfjs';
import { callable, optionTable, text } from '@tgm/options';
import type { InputTree, TensorTree } from '../engine.js';
import { EngineError, fileFailed, modelTooLarge } from '../errors.js';
import { collect } from '../graph/emit.js';
import { domainsOf, encodeModel, type NamedValue, OPERATOR_SET } from '../graph/model.js';
import { reach } from '../graph/reach.js';
import { standardised } from '../graph/standard.js';
import { sizeOf, type Value, type ValueType } from '../graph/value.js';
import { engineOptions } from '../options.js';
import { onnxBackend } from '../register-backend.js';
import { hold } from '../runtime/transfer.js';
import { traceFunction } from '../trace.js';
import { flattenInputs, type Leaf, leaves } from '../tree.js';
import { withSignature } from './signature-names.js';

/** What the file's user must know. */
export interface ExportedModel {
  /** Names of the inputs, in the order of the function's tensors. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Version of the standard operator set that a runtime must have. */
  readonly opset: number;
  /** Operator domains besides the standard one; empty unless the graph needs ONNX Runtime's own operators. */
  readonly domains: readonly string[];
  /** Size of the file. */
  readonly bytes: number;
}

/** A protocol buffer message, and so an ONNX file without external data, ends before 2 GiB. */
const LARGEST_FILE = 2 ** 31 - 1;

const exportArguments = optionTable('exportOnnx', { fn: callable(), path: text() }, EngineError);

/**
 * Writes the graph of `fn` as an .onnx file (IR version 9, operator set 20). Only shapes, types and static values of
 * `inputs` matter; tensors that `fn` captures from outside become part of the file.
 *
 * Inputs and outputs are called by their place in the nested structure, e.g. `state.slope` or `views.0`; a lone
 * tensor is `input` or `output`; an output whose name an input has ends in `.next`.
 *
 * @throws EngineError `OPTION_INVALID`; `ONNX_MODEL_TOO_LARGE` where the constants exceed 2 GiB; `FILE_FAILED` where the file
 *   cannot be written; what making an engine and compiling `fn` throw
 */
export async function exportOnnx<Inputs extends InputTree>(
  fn: (inputs: Inputs) => TensorTree,
  inputs: Inputs,
  path: string,
): Promise<ExportedModel> {
  exportArguments.check({ fn, path });
  const previous = tf.engine().backendName;
  const backend = await onnxBackend(engineOptions.check({}));
  try {
    const { outputs, values } = await traceFunction(backend, backend.options, fn, inputs);
    for (const { source } of reach(values, () => true)) {
      if (source.kind === 'held') await source.held.onCpu();
    }
    const emitted = collect(values, hold, () => true);
    const inputNames = namesOf(leaves(inputs, 'inputs'), 'input');
    const outputNames = namesOf(leaves(outputs, 'outputs'), 'output', inputNames);
    const parts = standardised(
      withSignature(
        emitted.parts,
        flattenInputs(inputs).map((tensor, index) => ({
          name: inputNames[index]!,
          value: standIn(tensor, index),
          inside: emitted.inputs.get(index),
        })),
        values.map((value, index) => ({
          name: outputNames[index]!,
          value,
          inside: emitted.outputs.get(value)!,
        })),
      ),
    );
    checkSize(parts.initializers);
    const model = encodeModel(parts);
    if (model.length > LARGEST_FILE) throw modelTooLarge(model.length, LARGEST_FILE);
    await writeFile(path, model).catch((cause: Error) => {
      throw fileFailed(path, cause);
    });
    const domains = domainsOf(parts.nodes).slice(1);
    return { inputs: inputNames, outputs: outputNames, opset: OPERATOR_SET, domains, bytes: model.length };
  } finally {
    if (previous) await tf.setBackend(previous);
  }
}

const standIn = (tensor: tf.Tensor, index: number): Value => ({
  type: tensor.dtype as ValueType,
  shape: tensor.shape,
  source: { kind: 'input', index },
});

/** Names in the order of the leaves, all different from each other and from `taken`. */
function namesOf(all: readonly Leaf[], lone: string, taken: readonly string[] = []): string[] {
  const used = new Set(taken);
  return all.map(({ path }) => {
    let name = path.length === 0 ? lone : path.join('.');
    if (taken.includes(name)) name += '.next';
    const first = name;
    for (let number = 2; used.has(name); number++) name = `${first}_${number}`;
    used.add(name);
    return name;
  });
}

const BYTES: Record<ValueType, number> = { float32: 4, int32: 4, int64: 8, bool: 1, float64: 8 };

function checkSize(constants: readonly NamedValue[]): void {
  const bytes = constants.reduce((sum, { value }) => sum + sizeOf(value.shape) * BYTES[value.type], 0);
  if (bytes > LARGEST_FILE) throw modelTooLarge(bytes, LARGEST_FILE);
}
