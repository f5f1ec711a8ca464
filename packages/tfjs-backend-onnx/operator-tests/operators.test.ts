import { expect, test } from 'vitest';
import { onnxEngine } from '../src/index.js';
import { unsupportedKernels } from '../src/kernels/unsupported.js';
import { exceptions } from './exceptions.js';
import { runSpecs, type SpecResult } from './jasmine-run.js';

/** TensorFlow.js's own specs: of its operators and optimisers, and of tensors, variables and gradients. */
const specFiles = import.meta.glob([
  '../../../node_modules/@tensorflow/tfjs-core/dist/{ops,optimizers}/**/*_test.js',
  '../../../node_modules/@tensorflow/tfjs-core/dist/{gradients,tensor,variable,tape,buffer}_test.js',
]);

const results = await runSpecs(async () => {
  await onnxEngine({ threads: 1 });
  const { setTestEnvs } = await import('@tensorflow/tfjs-core/dist/jasmine_util.js');
  // Specs of synchronous reads are left out, as TensorFlow.js does for each backend without them.
  setTestEnvs([{ name: 'onnx', backendName: 'onnx', isDataSync: false }]);
  for (const load of Object.values(specFiles)) await load();
});

/** What a spec needs that this backend does not have and says so, if that is why it failed. */
function missing({ failures }: SpecResult): string | undefined {
  const text = failures.join('\n');
  const kernel = /kernel "(\w+)": expected a kernel that the onnx backend can record/.exec(text)?.[1];
  if (kernel !== undefined && kernel in unsupportedKernels) return kernel;
  return /expected float32, int32 or bool, got (\w+)/.exec(text)?.[1];
}

const reasons = new Map(
  Object.entries(exceptions).flatMap(([reason, names]) => names.map((name) => [name, reason] as const)),
);

for (const result of results) {
  const { name, status, failures } = result;
  const needs = missing(result);
  if (reasons.has(name)) test.skip(`${name} [exception: ${reasons.get(name)}]`, () => {});
  else if (needs !== undefined) test.skip(`${name} [needs ${needs}]`, () => {});
  else if (status === 'pending') test.skip(`${name} [left out by TensorFlow.js]`, () => {});
  else test(name, () => expect(failures).toEqual([]));
}

test('the exceptions are specs that there are and that fail, at most 5 % of those of supported operators', () => {
  const failed = new Set(results.filter(({ status }) => status === 'failed').map(({ name }) => name));
  expect([...reasons.keys()].filter((name) => !failed.has(name))).toEqual([]);
  const supported = results.filter((result) => missing(result) === undefined);
  expect(reasons.size).toBeLessThan(0.05 * supported.length);
});
