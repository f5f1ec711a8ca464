import * as tf from '@tensorflow/tfjs';
import type { Params } from '@tgm/models';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import type { MaskedBatch } from '../objectives/masked-batch.js';
import type { MaskedObjective } from '../objectives/masked-objective.js';
import type { BatchStream } from '../trainer/batches.js';
import type { ComparedRows } from './information-bits.js';

const NAMES = ['video', 'text', 'captionKey', 'sampleKey'] as const;

/** What a contrastive term compares of the first `clips` clips of a stream; closes it. */
export async function comparedRows(
  engine: Engine,
  objective: MaskedObjective,
  params: Params,
  stream: BatchStream<MaskedBatch>,
  clips: number,
): Promise<ComparedRows> {
  const rowsOf = engine.compile(
    (given: { params: Params; batch: MaskedBatch }) => objective.part(given.params, {}, given.batch).rows!,
  );
  const parts: Record<(typeof NAMES)[number], (Float32Array | Int32Array)[]> = {
    video: [],
    text: [],
    captionKey: [],
    sampleKey: [],
  };
  try {
    for (let done = 0; done < clips; ) {
      const batch = (await stream.next())!;
      const rows = await rowsOf({ params, batch: batch.tensors });
      const left = clips - done;
      for (const name of NAMES) {
        const tensor = rows[`contrastive.${name}`]!;
        const values = await tensor.data<'float32' | 'int32'>();
        parts[name].push(values.slice(0, Math.min(left, batch.clips) * tensor.shape[1]!));
      }
      tf.dispose([rows as tf.NamedTensorMap, batch.tensors as unknown as tf.TensorContainer]);
      batch.release();
      done += batch.clips;
    }
  } finally {
    await stream.close();
  }
  return {
    video: joined(Float32Array, parts.video),
    text: joined(Float32Array, parts.text),
    captionKey: joined(Int32Array, parts.captionKey),
    sampleKey: joined(Int32Array, parts.sampleKey),
  };
}

function joined<Numbers extends Float32Array | Int32Array>(
  make: new (length: number) => Numbers,
  parts: readonly (Float32Array | Int32Array)[],
): Numbers {
  const all = new make(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
