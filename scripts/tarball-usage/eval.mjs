import { knn, linearProbe } from '@tgm/eval';
import { onnxEngine } from '@tgm/tfjs-backend-onnx';

const count = 60;
const labels = Array.from({ length: count }, (_, i) => i % 3);
const values = Float32Array.from({ length: count * 3 }, (_, i) =>
  i % 3 === labels[Math.floor(i / 3)] ? 1 : 0.01 * (i % 5),
);
const features = { values, count, width: 3 };
const data = { train: features, trainLabels: labels, test: features, testLabels: labels, classes: 3 };
const probe = await linearProbe({ ...data, engine: await onnxEngine({ threads: 1 }), seed: 0 });
const neighbours = knn({ ...data, k: 5 });
if (probe.top1 !== 100 || neighbours.top1 !== 100)
  throw new Error(`separable classes gave ${probe.top1} and ${neighbours.top1} %`);
console.log(`linear probe ${probe.top1} %, k-NN ${neighbours.top1} % on separable classes`);
