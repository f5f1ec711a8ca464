import { copyFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import {
  type ClipModel,
  type ClipModelTokenizer,
  exportClipModelImage,
  exportClipModelText,
  loadClipModel,
  type Params,
} from '@tgm/models';
import { drawnClips } from './drawn-clips.js';
import type { ExportPlace } from './export-video-mae.js';
import { type ExportedFile, exportedFile } from './exported-file.js';

/** What a text tower in another program needs to make numbers of texts. */
export const TOKENIZER_FILES = ['tokenizer.json', 'tokenizer_config.json', 'vocab.json', 'merges.txt'];

interface OpenedClip {
  readonly model: ClipModel;
  readonly params: Params;
  readonly tokenizer: ClipModelTokenizer;
}

/** `text.onnx`, with the files of its tokenizer beside it; and `image.onnx` where it is asked for. */
export async function exportClip(
  path: string,
  towers: readonly ('text' | 'image')[],
  place: ExportPlace,
): Promise<{ readonly files: readonly ExportedFile[]; readonly model: ClipModel }> {
  const opened = await loadClipModel(path);
  try {
    const files: ExportedFile[] = [];
    for (const tower of towers)
      files.push(await (tower === 'text' ? exportText(opened, place) : exportImage(opened, place)));
    if (towers.includes('text')) await copyTokenizer(path, place.folder);
    return { files, model: opened.model };
  } finally {
    tf.dispose(opened.params);
  }
}

async function exportText({ model, params, tokenizer }: OpenedClip, { engine, folder, batch }: ExportPlace) {
  const texts = Array.from({ length: batch }, (_, row) => tokenizer.encode(TEXTS[row % TEXTS.length]!));
  const ids = Int32Array.from(texts.flatMap((text) => Array.from(text.ids)));
  const ends = Int32Array.from(texts, ({ end }) => end);
  const shape: [number, number] = [batch, ids.length / batch];
  const inputs = { ids: tf.tensor2d(ids, shape, 'int32'), ends: tf.tensor1d(ends, 'int32') };
  type Inputs = { params: tf.NamedTensorMap; ids: tf.Tensor2D; ends: tf.Tensor1D };
  const encode = engine.compile(({ params, ids, ends }: Inputs) => model.encodeText(params, ids, ends));
  const text_embeds = await encode({ params: params as tf.NamedTensorMap, ...inputs });
  tf.dispose(inputs);
  return exportedFile({
    folder,
    file: 'text.onnx',
    write: (path) => exportClipModelText(model, { path, params, batch }),
    feeds: { input_ids: { shape, data: ids }, end_positions: { shape: [batch], data: ends } },
    expected: { text_embeds },
  });
}

/** Of different lengths. */
const TEXTS = ['a red square moves to the left', 'a video of a dog', 'yoga'];

async function exportImage({ model, params }: OpenedClip, { engine, folder, batch }: ExportPlace) {
  const { imageSize, patchSize } = model.config.visionConfig;
  const config = { imageSize, patchSize, numFrames: 1, tubeletSize: 1 };
  const { tokens, pixels } = drawnClips(batch, config, model.pixels, true);
  type Inputs = { params: tf.NamedTensorMap; tokens: tf.Tensor3D };
  const encode = engine.compile(({ params, tokens }: Inputs) => model.encodeImage(params, tokens));
  const image_embeds = await encode({ params: params as tf.NamedTensorMap, tokens });
  tokens.dispose();
  return exportedFile({
    folder,
    file: 'image.onnx',
    write: (path) => exportClipModelImage(model, { path, params, batch }),
    feeds: { pixel_values: pixels },
    expected: { image_embeds },
  });
}

async function copyTokenizer(from: string, to: string): Promise<void> {
  for (const name of TOKENIZER_FILES) {
    const isThere = await stat(join(from, name)).catch(() => undefined);
    if (isThere) await copyFile(join(from, name), join(to, name));
  }
}
