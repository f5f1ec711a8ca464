/**
 * A masking strategy with a cue of its own: nothing is registered, the types say what is needed.
 *
 *   npx tsx examples/own-cue/main.ts
 *
 * Prints a slice of a mask ('#' masked, '.' visible) and the loss of four training steps.
 */
import { seededRandom } from '@tgm/masking';
import { onnxEngine } from '@tgm/tfjs-backend-onnx';
import { edgeMasking } from './edge-masking.js';
import { edgeExamples, trainWithEdges } from './train.js';

const [example] = await edgeExamples(1).load(0, seededRandom(0));
const grid = { slices: 4, rows: 4, columns: 4 };
const { masked } = edgeMasking({ ratio: 0.5 }).mask({ grid, random: seededRandom(0), cues: example!.cues });
for (let row = 0; row < grid.rows; row += 1) {
  const tokens = Array.from({ length: grid.columns }, (_, column) => row * grid.columns + column);
  console.log(tokens.map((token) => (masked.includes(token) ? '#' : '.')).join(' '));
}

const engine = await onnxEngine({ threads: 1 });
for await (const event of trainWithEdges(engine, 4)) {
  if (event.type === 'step') console.log(`step ${event.step}: loss ${event.total.toFixed(3)}`);
}
await engine.dispose();
