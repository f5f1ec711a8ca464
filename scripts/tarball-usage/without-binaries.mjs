// What must work where onnxruntime-node and node-av have no native binary. Arguments: names of packages to import.
import * as tf from '@tensorflow/tfjs';
import { clipModelTokenizer, clipModelTokenizerJson, readSafetensors, writeSafetensors } from '@tgm/models';
import { cpuEngine, onnxEngine, wasmEngine } from '@tgm/tfjs-backend-onnx';
import { decodeClip } from '@tgm/video-io';

const names = process.argv.slice(2);
for (const name of names) await import(name);

for (const engine of [await cpuEngine(), await wasmEngine()]) {
  const slope = engine.compile(({ x }) => tf.grad((value) => value.square().sum())(x));
  const values = [...(await (await slope({ x: tf.tensor1d([1, 2, 3]) })).data())];
  if (values.join() !== '2,4,6') throw new Error(`the slope of x * x at 1, 2, 3 came out as ${values}`);
}

const numbers = { dtype: 'F32', shape: [2], data: Float32Array.of(1, 2) };
await writeSafetensors('numbers.safetensors', { numbers }, {});
const { tensors } = await readSafetensors('numbers.safetensors');
const { shape } = tensors.numbers;
if (shape.join() !== '2') throw new Error(`a tensor of 2 numbers came back as [${shape}]`);

const words = ['a</w>', '<|startoftext|>', '<|endoftext|>'];
const { json, config } = clipModelTokenizerJson(Object.fromEntries(words.map((word, id) => [word, id])), []);
const { ids } = clipModelTokenizer(json, config, 4).encode('a');
if (ids.join() !== '1,0,2,0') throw new Error(`the tokens of "a" came out as ${ids}`);

/** The error of `call`, which must have a code and name the package to install. */
async function refusal(call, name) {
  const error = await call().then(
    () => new Error('it worked'),
    (reason) => reason,
  );
  if (typeof error.code !== 'string' || !error.message.includes(name))
    throw new Error(`an error with a code that names ${name} expected`, { cause: error });
  return error.code;
}
const engine = await refusal(() => onnxEngine(), 'onnxruntime-node');
const video = await refusal(
  () => decodeClip(new Uint8Array(100), { indices: [0], size: { width: 8, height: 8 } }),
  'node-av',
);
console.log(
  `${names.length} packages import; cpu, wasm, safetensors and tokenizer work; refused: ${engine}, ${video}`,
);
