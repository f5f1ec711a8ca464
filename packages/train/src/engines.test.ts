import {
  cpuEngine,
  type Engine,
  EngineError,
  onnxEngine,
  tensorflowEngine,
  wasmEngine,
} from '@tgm/tfjs-backend-onnx';
import { beforeAll, describe, expect, it } from 'vitest';
import { pretrain } from './pretrain.js';
import { runToEnd, tinyPretraining } from './pretrain.test-support.js';

const TOLERANCE = 1e-4;

/** What a run came to: losses step by step and all trained numbers. */
interface Course {
  readonly totals: readonly number[];
  readonly terms: readonly (readonly [string, number])[];
  readonly weights: Readonly<Record<string, Float32Array>>;
}

async function course(engine: Engine): Promise<Course> {
  const { steps, weights } = await runToEnd(pretrain(tinyPretraining(engine)));
  return {
    totals: steps.map(({ total }) => total),
    terms: steps.flatMap(({ terms }) => Object.entries(terms)),
    weights,
  };
}

const engines: readonly (readonly [string, () => Promise<Engine>])[] = [
  ['onnx on one thread', () => onnxEngine({ threads: 1 })],
  ['onnx on two threads', () => onnxEngine({ threads: 2 })],
  ['onnx on a GPU through WebGPU', () => onnxEngine({ device: 'webgpu' })],
  ['wasm', wasmEngine],
  ['tensorflow', tensorflowEngine],
];

let wanted: Course;
beforeAll(async () => {
  wanted = await course(await cpuEngine());
});

// A GPU in software takes its time.
describe.each(engines)('five steps on %s', { timeout: 60_000 }, (_, open) => {
  it('are those of the cpu engine', async ({ skip }) => {
    const engine = await open().catch((error: unknown) => {
      if (error instanceof EngineError && error.code.endsWith('UNAVAILABLE')) return skip(error.message);
      throw error;
    });
    const got = await course(engine);
    await engine.dispose();
    const relative = (a: number, b: number) => Math.abs(a - b) / Math.abs(b);
    for (const [index, total] of wanted.totals.entries()) {
      expect(relative(got.totals[index]!, total)).toBeLessThan(TOLERANCE);
    }
    for (const [index, [name, value]] of wanted.terms.entries()) {
      expect(got.terms[index]![0]).toBe(name);
      expect(relative(got.terms[index]![1], value)).toBeLessThan(TOLERANCE);
    }
    expect(Object.keys(got.weights).sort()).toEqual(Object.keys(wanted.weights).sort());
    let worst = 0;
    for (const [name, values] of Object.entries(wanted.weights)) {
      const apart = Math.hypot(...values.map((value, index) => value - got.weights[name]![index]!));
      worst = Math.max(worst, apart / Math.hypot(...values));
    }
    expect(worst).toBeLessThan(TOLERANCE);
  });
});
