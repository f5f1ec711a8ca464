import { onnxEngine } from '@tgm/tfjs-backend-onnx';
import { pretrain } from '../pretrain.js';
import { tinyPretraining } from '../pretrain.test-support.js';

/** A pre-training in a process of its own, which saves each step and says so. */
const [folder = ''] = process.argv.slice(2);
const engine = await onnxEngine({ threads: 1 });
for await (const event of pretrain({ ...tinyPretraining(engine), checkpoint: { folder, every: 1 } }))
  if (event.type === 'saved') process.stdout.write(`${event.step}\n`);
