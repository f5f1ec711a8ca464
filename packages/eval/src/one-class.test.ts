import { cpuEngine, onnxEngine } from '@tgm/tfjs-backend-onnx';
import { expect, it } from 'vitest';
import { attentiveProbe, clustering, fewShot, knn, linearProbe, sgdProbe } from './index.js';

const values = Float32Array.from({ length: 40 }, (_, i) => Math.sin(i * i));
const set = { values, count: 20, width: 2 };
const labels = new Array<number>(20).fill(0);
const data = { train: set, trainLabels: labels, test: set, testLabels: labels, classes: 1, seed: 0 };
const tokens = { ...set, tokens: 1 };
const head = { attentionHeads: 1, epochs: 1, rates: [1e-3], weightDecays: [0] };

for (const [name, open] of [
  ['cpu', cpuEngine],
  ['onnx', () => onnxEngine({ threads: 1 })],
] as const) {
  it(`a single class is always right (${name})`, async () => {
    const engine = await open();
    const { seed: _, ...plain } = data;
    expect((await sgdProbe({ engine, ...data, epochs: 2, warmupEpochs: 0 })).top1).toBe(100);
    expect((await linearProbe({ engine, ...data })).top1).toBe(100);
    expect((await fewShot({ engine, ...data, draws: 1 })).top1).toBe(100);
    expect(knn(plain).top1).toBe(100);
    const attentive = await attentiveProbe({ engine, ...data, ...head, train: tokens, test: tokens });
    expect(attentive.top1).toBe(100);
    expect(clustering({ features: set, labels, seed: 0 }).vMeasure).toBe(100);
    await engine.dispose();
  });
}
