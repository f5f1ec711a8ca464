import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { cpuEngine, type Engine, gelu, onnxEngine } from './index.js';
import { signature } from './tree.js';

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

  test('takes numbers, strings and booleans as part of the signature', async () => {
    let traces = 0;
    const fn = (inputs: { x: tf.Tensor; factor: number; op: string; negate: boolean }) => {
      traces++;
      const scaled = inputs.op === 'add' ? inputs.x.add(inputs.factor) : inputs.x.mul(inputs.factor);
      return inputs.negate ? scaled.neg() : scaled;
    };
    const cpu = (await cpuEngine()).compile(fn);
    const run = engine.compile(fn);
    const values = [
      { factor: 2, op: 'add', negate: false },
      { factor: 3, op: 'add', negate: false },
      { factor: 3, op: 'mul', negate: false },
      { factor: 3, op: 'mul', negate: true },
    ];
    const wanted = [[3], [4], [3], [-3]];
    for (const compiled of [run, cpu]) {
      for (const [index, each] of values.entries()) {
        expect(await read(await compiled({ x: tf.tensor([1]), ...each }))).toEqual(wanted[index]);
      }
    }
    const before = traces;
    expect(await read(await run({ x: tf.tensor([2]), ...values[1]! }))).toEqual([5]);
    expect(traces).toBe(before);
    expect(signature({ a: 0, b: '1' })).not.toBe(signature({ a: -0, b: '1' }));
    expect(signature({ a: 0, b: '1' })).not.toBe(signature({ a: 0, b: 1 }));
    await tf.setBackend('onnx');
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

  test('hands out what is kept inside a scope of its own, and leaves nothing behind', async () => {
    const x = tf.tensor([3]);
    const run = engine.compile((inputs: { x: tf.Tensor }) => {
      let square: tf.Tensor = inputs.x;
      const slope = tf.grad((value: tf.Tensor) => {
        square = tf.keep(value.square());
        return square.sum();
      })(inputs.x);
      return { square, slope };
    });
    const before = tf.memory().numTensors;
    const outputs = await run({ x });
    expect([await read(outputs.square), await read(outputs.slope)]).toEqual([[9], [6]]);
    tf.dispose(outputs);
    expect(tf.memory().numTensors).toBe(before);
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
});
