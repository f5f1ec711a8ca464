import { expect, test } from 'vitest';
import { runChild } from './child.test-model.js';

const BANNER = 'looks like you are running TensorFlow.js in Node.js';
const compute = `
  const tf = await import('@tensorflow/tfjs');
  const use = async () => console.log(Array.from(await tf.tensor([1, 2]).add(1).data()).join());
`;

test.each(['cpuEngine()', 'wasmEngine()', 'onnxEngine({ threads: 1 })'])(
  '%s prints no banner',
  async (open) => {
    const { output, errors } = await runChild(`${compute}
    await (await import(engine)).${open};
    await use();
    await tf.setBackend('cpu');
    await use();
    tf.backend_util.warn('a warning of another kind');`);
    expect(output.trim().split('\n')).toEqual(['2,3', '2,3']);
    expect(errors).not.toContain(BANNER);
    expect(errors).toContain('a warning of another kind');
  },
);

test('without an engine TensorFlow.js prints it', async () => {
  expect((await runChild(`${compute} await use();`)).errors).toContain(BANNER);
});
