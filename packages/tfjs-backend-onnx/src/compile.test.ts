import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  cpuEngine,
  type Engine,
  EngineDisposedError,
  gelu,
  onnxEngine,
  RandomInTraceError,
  ReadError,
  TensorTreeError,
  UnsupportedTypeError,
} from './index.js';

let engine: Engine;
beforeAll(async () => {
  engine = await onnxEngine({ threads: 1 });
});
const read = async (tensor: tf.Tensor) => Array.from(await tensor.data());

describe('compile', () => {
  test('traces once per structure, shape and type', async () => {
    let traces = 0;
    const run = engine.compile((inputs: { x: tf.Tensor; rest: tf.Tensor[] }) => {
      traces++;
      return inputs.rest.reduce((sum, each) => sum.add(each), inputs.x);
    });
    const scalar = () => tf.tensor([1, 2]);
    expect(await read(await run({ x: scalar(), rest: [scalar()] }))).toEqual([2, 4]);
    expect(await read(await run({ rest: [scalar()], x: tf.tensor([5, 5]) }))).toEqual([6, 7]);
    expect(traces).toBe(1);
    await run({ x: tf.tensor([1, 2, 3]), rest: [tf.tensor([1, 2, 3])] });
    expect(traces).toBe(2);
    await run({ x: scalar(), rest: [scalar(), scalar()] });
    expect(traces).toBe(3);
    await run({ x: tf.tensor([1, 2], [2], 'int32'), rest: [tf.tensor([1, 2], [2], 'int32')] });
    expect(traces).toBe(4);
  });

  test('traces once when called again before the first call has ended', async () => {
    let traces = 0;
    const run = engine.compile((x: tf.Tensor) => {
      traces++;
      return x.mul(2);
    });
    const [first, second] = await Promise.all([run(tf.tensor([1])), run(tf.tensor([2]))]);
    expect([await read(first), await read(second)]).toEqual([[2], [4]]);
    expect(traces).toBe(1);
  });

  test('gives an input, a constant, a captured tensor or one tensor twice as outputs of their own', async () => {
    const captured = tf.tensor([7, 8]);
    const run = engine.compile((x: tf.Tensor) => {
      const twice = x.mul(2);
      return { x, constant: tf.tensor([1, 2, 3]), ones: tf.ones([2, 2]), captured, twice, again: twice };
    });
    const x = tf.tensor([3, 4]);
    const outputs = await run(x);
    x.dispose();
    outputs.twice.dispose();
    expect(await read(outputs.x)).toEqual([3, 4]);
    expect(await read(outputs.constant)).toEqual([1, 2, 3]);
    expect(await read(outputs.ones)).toEqual([1, 1, 1, 1]);
    expect(await read(outputs.captured)).toEqual([7, 8]);
    expect(await read(outputs.again)).toEqual([6, 8]);
    outputs.captured.dispose();
    expect(await read(captured)).toEqual([7, 8]);
  });

  test('feeds outputs back as inputs', async () => {
    const run = engine.compile(({ x }: { x: tf.Tensor }) => ({ x: x.mul(2) }));
    let state = { x: tf.tensor(new Float32Array(4096).fill(1)) as tf.Tensor };
    for (let step = 0; step < 10; step++) {
      const next = await run(state);
      tf.dispose(state);
      state = next;
    }
    expect((await read(state.x)).every((x) => x === 1024)).toBe(true);
  });

  test('never writes into memory that someone still reads', async () => {
    const run = engine.compile((x: tf.Tensor) => x.add(1));
    const size = 4096;
    const first = await run(tf.zeros([size]));
    const lazy = first.mul(10);
    first.dispose();
    const second = await run(tf.fill([size], 5));
    const numbers = await second.data();
    second.dispose();
    const third = await run(tf.fill([size], 6));
    const pending = run(third);
    third.dispose();
    const fourth = await run(tf.fill([size], 50));
    expect(numbers[0]).toBe(6);
    expect((await read(lazy))[0]).toBe(10);
    expect((await read(await pending))[0]).toBe(8);
    expect((await read(fourth))[0]).toBe(51);
  });

  test('bakes in captured tensors, computed ones too', async () => {
    const big = tf.range(0, 5000);
    const computed = big.mul(2);
    const run = engine.compile((x: tf.Tensor) => x.add(computed).add(big));
    expect((await read(await run(tf.scalar(1)))).at(-1)).toBe(4999 * 3 + 1);
    tf.dispose([big, computed]);
    expect((await read(await run(tf.scalar(2)))).at(-1)).toBe(4999 * 3 + 2);
  });

  test('takes inputs that are recorded but not computed', async () => {
    const run = engine.compile((x: tf.Tensor) => x.square());
    expect(await read(await run(tf.tensor([1, 2]).add(1)))).toEqual([4, 9]);
  });

  test('works while another backend is current, with its tensors, and leaves it current', async () => {
    const run = engine.compile((x: tf.Tensor) => gelu(x.mul(3)).mul(0).add(x));
    await tf.setBackend('cpu');
    const x = tf.tensor([1, 2]).square();
    expect(await read(await run(x))).toEqual([1, 4]);
    expect(tf.getBackend()).toBe('cpu');
    expect(Array.from(x.dataSync())).toEqual([1, 4]);
    await tf.setBackend('onnx');
  });

  test('keeps boolean and integer types, scalars and empty tensors', async () => {
    const run = engine.compile(({ flags, whole, empty }: Record<string, tf.Tensor>) => ({
      flags: tf.logicalNot(flags!),
      whole: whole!.add(tf.scalar(1, 'int32')),
      empty: empty!.add(1),
    }));
    const outputs = await run({
      flags: tf.tensor([true, false]),
      whole: tf.scalar(4, 'int32'),
      empty: tf.tensor([], [0, 3]),
    });
    expect([outputs.flags.dtype, await read(outputs.flags)]).toEqual(['bool', [0, 1]]);
    expect([outputs.whole.dtype, outputs.whole.shape, await read(outputs.whole)]).toEqual(['int32', [], [5]]);
    expect([outputs.empty.shape, await read(outputs.empty)]).toEqual([[0, 3], []]);
  });

  test('an eager engine gives outputs of their own too', async () => {
    const cpu = await cpuEngine();
    const run = cpu.compile((x: tf.Tensor) => [x, x]);
    const x = tf.tensor([1, 2]);
    const [first, second] = (await run(x)) as [tf.Tensor, tf.Tensor];
    first.dispose();
    expect([await read(x), await read(second)]).toEqual([
      [1, 2],
      [1, 2],
    ]);
    await tf.setBackend('onnx');
  });

  test('leaves no tensors behind, and steady memory, over many steps', async () => {
    const run = engine.compile(({ x }: { x: tf.Tensor }) => {
      const { value, grads } = tf.valueAndGrads((y: tf.Tensor) => y.square().mean() as tf.Scalar)([x]);
      return { x: x.sub(grads[0]!.mul(0.1)), loss: value };
    });
    let x: tf.Tensor = tf.ones([64, 256]);
    const steps = async (count: number) => {
      for (let step = 0; step < count; step++) {
        const result = await run({ x });
        x.dispose();
        x = result.x;
        await result.loss.data();
        result.loss.dispose();
      }
    };
    await steps(500);
    const tensors = tf.memory().numTensors;
    const resident = process.memoryUsage().rss;
    await steps(3000);
    expect(tf.memory().numTensors).toBe(tensors);
    // 3000 steps write 200 MB of outputs.
    expect(process.memoryUsage().rss - resident).toBeLessThan(60e6);
  }, 60_000);
});

describe('outside of compiled functions', () => {
  test('operations are recorded and computed when read', async () => {
    const x = tf.tensor([1, 2, 3]);
    const y = tf.tidy(() => x.square().sum().mul(x));
    x.dispose();
    expect(await read(y)).toEqual([14, 28, 42]);
    expect(await read(y.add(1))).toEqual([15, 29, 43]);
  });

  test('gradients work', async () => {
    const [gradient] = tf.grads((x: tf.Tensor) => x.square().sum())([tf.tensor([1, -2])]);
    expect(await read(gradient!)).toEqual([2, -4]);
  });

  test('dataSync of a recorded value says what to do', () => {
    const failure = catching(() => tf.tensor([1, 2]).add(1).dataSync());
    expect(failure).toBeInstanceOf(ReadError);
    expect((failure as ReadError).reason).toBe('sync');
    expect((failure as ReadError).message).toContain('await tensor.data()');
  });

  test('variables can be assigned', async () => {
    const variable = tf.variable(tf.tensor([1, 2]));
    variable.assign(variable.add(1));
    expect(await read(variable)).toEqual([2, 3]);
    variable.dispose();
  });
});

describe('errors', () => {
  const failure = async (fn: (x: tf.Tensor) => unknown): Promise<unknown> =>
    engine
      .compile(fn as (x: tf.Tensor) => tf.Tensor)(tf.tensor([1, 2]))
      .then(
        () => undefined,
        (error: unknown) => error,
      );

  test('reading a value while tracing', async () => {
    const error = await failure((x) => x.mul(x.sum().dataSync()[0]!));
    expect(error).toBeInstanceOf(ReadError);
    expect((error as ReadError).reason).toBe('trace');
  });

  test.each([
    ['randomNormal', (x: tf.Tensor) => x.add(tf.randomNormal([2]))],
    ['randomUniform', (x: tf.Tensor) => x.add(tf.randomUniform([2]))],
    ['truncatedNormal', (x: tf.Tensor) => x.add(tf.truncatedNormal([2]))],
    ['dropout', (x: tf.Tensor) => tf.dropout(x, 0.5)],
  ])('%s while tracing', async (op, fn) => {
    const error = await failure(fn);
    expect(error).toBeInstanceOf(RandomInTraceError);
    expect((error as RandomInTraceError).op).toMatch(op === 'dropout' ? /dropout|randomUniform/ : op);
  });

  test('a function that returns no tensors', async () => {
    expect(((await failure(() => 3)) as TensorTreeError).path).toBe('outputs');
    const nested = (await failure((x) => ({ a: [x, 'text'] }))) as TensorTreeError;
    expect([nested.path, nested.got]).toEqual(['outputs.a[1]', 'string']);
    expect(((await failure(async (x) => x)) as TensorTreeError).got).toBe('a promise');
  });

  test('an input that is disposed or no tensor', async () => {
    const run = engine.compile((inputs: tf.Tensor[]) => inputs[0]!);
    const gone = tf.tensor([1]);
    gone.dispose();
    await expect(run([gone])).rejects.toBeInstanceOf(TensorTreeError);
    await expect(run([[1, 2] as never])).rejects.toMatchObject({ path: 'inputs[0][0]', got: 'number' });
  });

  test('types that ONNX Runtime is not given', () => {
    expect(catching(() => tf.tensor(['text']))).toBeInstanceOf(UnsupportedTypeError);
  });

  test('an error of the traced function comes through and leaves no tensors', async () => {
    const before = tf.memory().numTensors;
    const x = tf.tensor([1, 2]);
    const run = engine.compile((y: tf.Tensor): tf.Tensor => {
      y.add(1);
      throw new RangeError('mine');
    });
    await expect(run(x)).rejects.toThrow('mine');
    x.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  test('a disposed engine', async () => {
    const other = await onnxEngine();
    const run = other.compile((x: tf.Tensor) => x.add(1));
    await run(tf.tensor([1]));
    await other.dispose();
    await expect(run(tf.tensor([1]))).rejects.toBeInstanceOf(EngineDisposedError);
  });
});

function catching(body: () => unknown): unknown {
  try {
    body();
  } catch (error) {
    return error;
  }
  return undefined;
}
