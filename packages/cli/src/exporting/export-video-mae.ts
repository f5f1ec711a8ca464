import * as tf from '@tensorflow/tfjs';
import {
  exportVideoMaeClassifier,
  exportVideoMaeEmbeddings,
  exportVideoMaeEncoder,
  loadVideoMaeClassifier,
  type VideoMaeEncoder,
} from '@tgm/models';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import type { OpenedModel } from '../measuring/open-model.js';
import { drawnClips } from './drawn-clips.js';
import { type ExportedFile, exportedFile } from './exported-file.js';

/** Where a file goes, and how many clips it takes. */
export interface ExportPlace {
  readonly engine: Engine;
  readonly folder: string;
  readonly batch: number;
}

/** `encoder.onnx`: all tokens. */
export async function exportEncoder(
  { encoder, params }: OpenedModel,
  { engine, folder, batch }: ExportPlace,
): Promise<ExportedFile> {
  const { tokens, pixels } = drawnClips(batch, encoder.config, encoder.pixels);
  const encode = engine.compile(({ params, tokens }: { params: tf.NamedTensorMap; tokens: tf.Tensor3D }) =>
    encoder.encode(params, tokens, everyPlace(encoder, batch)),
  );
  const last_hidden_state = await encode({ params, tokens });
  tokens.dispose();
  return exportedFile({
    folder,
    file: 'encoder.onnx',
    write: (path) => exportVideoMaeEncoder(encoder, { path, params, batch }),
    feeds: { pixel_values: pixels },
    expected: { last_hidden_state },
  });
}

/** `video.onnx`: what meets the captions. @param projection [E, D] */
export async function exportEmbeddings(
  { encoder, params }: OpenedModel,
  projection: Float32Array,
  { engine, folder, batch }: ExportPlace,
): Promise<ExportedFile> {
  const { tokens, pixels } = drawnClips(batch, encoder.config, encoder.pixels);
  const width = encoder.config.hiddenSize;
  const weight = tf.tensor2d(projection, [projection.length / width, width]);
  type Inputs = { params: tf.NamedTensorMap; tokens: tf.Tensor3D; weight: tf.Tensor2D };
  const embed = engine.compile(({ params, tokens, weight }: Inputs) => {
    const encoded = encoder.encode(params, tokens, everyPlace(encoder, batch)); // [B, N, D]
    return tf.matMul(tf.mean(encoded, 1) as tf.Tensor2D, weight, false, true);
  });
  const video_embeds = await embed({ params, tokens, weight });
  tf.dispose([tokens, weight]);
  return exportedFile({
    folder,
    file: 'video.onnx',
    write: (path) => exportVideoMaeEmbeddings(encoder, { path, params, batch, projection }),
    feeds: { pixel_values: pixels },
    expected: { video_embeds },
  });
}

/** `classifier.onnx`: logits. @param path the folder of the classifier. */
export async function exportClassifier(path: string, { engine, folder, batch }: ExportPlace) {
  const { model, params } = await loadVideoMaeClassifier(path);
  try {
    const { tokens, pixels } = drawnClips(batch, model.config, model.pixels);
    const classify = engine.compile(
      ({ params, tokens }: { params: tf.NamedTensorMap; tokens: tf.Tensor3D }) =>
        model.classify(params, model.pool(params, model.encode(params, tokens))),
    );
    const logits = await classify({ params: params as tf.NamedTensorMap, tokens });
    tokens.dispose();
    const file = await exportedFile({
      folder,
      file: 'classifier.onnx',
      write: (path) => exportVideoMaeClassifier(model, { path, params, batch }),
      feeds: { pixel_values: pixels },
      expected: { logits },
    });
    return { file, model };
  } finally {
    tf.dispose(params);
  }
}

/** [B, N] the numbers of all tokens. */
function everyPlace({ grid: { slices, rows, columns } }: VideoMaeEncoder, batch: number): tf.Tensor2D {
  const places = Array.from({ length: slices * rows * columns }, (_, place) => place);
  const all = Array.from({ length: batch }, () => places);
  return tf.tensor2d(all, [batch, places.length], 'int32');
}
