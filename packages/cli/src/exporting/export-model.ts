import { mkdir } from 'node:fs/promises';
import type { ClassifierLabels, PixelScale } from '@tgm/models';
import { onnxEngine } from '@tgm/tfjs-backend-onnx';
import { captionSpace } from '../measuring/caption-space.js';
import { type ModelFolder, modelFolder } from '../measuring/model-folder.js';
import type { OpenedModel } from '../measuring/open-model.js';
import { tellDamaged } from '../measuring/open-model.js';
import { teacherOf } from '../measuring/run-config.js';
import { withModel } from '../measuring/with-model.js';
import { CliError } from '../program/errors.js';
import { teacherFolder } from '../teacher/teacher-folder.js';
import type { TeacherOptions } from '../teacher/teacher-section.js';
import { exportClip } from './export-clip.js';
import { type ExportModelOptions, exportTable } from './export-section.js';
import { type ExportPlace, exportClassifier, exportEmbeddings, exportEncoder } from './export-video-mae.js';
import type { ExportedFile } from './exported-file.js';
import { removeExport } from './remove-export.js';

/** What another program has to know to use the files. */
export interface ExportedFiles {
  /** The folder that the model was read from. */
  readonly model: string;
  readonly files: readonly ExportedFile[];
  /** Frames of a clip, 1 for images, and the side of a frame in pixels. */
  readonly frames: number;
  readonly imageSize: number;
  /** How pixels 0-255 become `pixel_values`: (pixel / 255 - mean) / std, per channel RGB. */
  readonly pixels: PixelScale;
  /** Of a classifier: the names of its logits, or of each group of them in turn. */
  readonly labels?: ClassifierLabels;
  /** Of a model that was trained with captions: the folder of the CLIP whose text tower is `text.onnx`. */
  readonly teacher?: string;
}

/**
 * Writes a model as ONNX files that ONNX Runtime has run and that say what the model says: `encoder.onnx`; `classifier.onnx` of a
 * classifier; `video.onnx` and `text.onnx` of a model that was pre-trained with captions, whose cosine tells how near a video is to a
 * text; `image.onnx` and `text.onnx` of a CLIP.
 *
 * @throws CliError `OPTION_INVALID`, `INPUT_INVALID` as `modelFolder` and for a CLIP of another width, `EXPORT_DIFFERS`; EngineError as
 *   `exportOnnx`; ModelError as the loaders.
 */
export async function exportModel(
  options: ExportModelOptions,
  teacher: TeacherOptions = {},
): Promise<ExportedFiles> {
  const { model: path, output: folder, batch, encoderOnly } = exportTable.check(options);
  const found = await modelFolder(path);
  await mkdir(folder, { recursive: true }).catch((cause: Error) => {
    throw new CliError('WRITE_FAILED', {
      where: folder,
      expected: 'a folder that can be made',
      received: cause.message,
      cause,
    });
  });
  await removeExport(folder);
  const { architecture } = found;
  if (architecture === 'CLIPModel' || (architecture === 'VideoMAEForVideoClassification' && !encoderOnly)) {
    tellDamaged(found);
    const engine = await onnxEngine();
    try {
      const place = { engine, folder, batch };
      return await (architecture === 'CLIPModel' ? ofClip : ofClassifier)(found, place);
    } finally {
      await engine.dispose();
    }
  }
  return withModel(path, async (model, engine) => {
    const place = { engine, folder, batch };
    const { projection } = model;
    if (projection === undefined || encoderOnly)
      return { ...aboutEncoder(model), files: [await exportEncoder(model, place)] };
    return ofJoint(model, projection, place, await teacherOf(model.folder, teacher));
  });
}

const aboutEncoder = ({ folder, encoder }: OpenedModel) => ({
  model: folder.path,
  frames: encoder.config.numFrames,
  imageSize: encoder.config.imageSize,
  pixels: encoder.pixels,
});

async function ofJoint(
  model: OpenedModel,
  projection: Float32Array,
  place: ExportPlace,
  teacher: TeacherOptions,
): Promise<ExportedFiles> {
  // It refuses another CLIP than that of the training.
  const space = await captionSpace(model, teacher, place.engine);
  await space.dispose();
  const clip = await teacherFolder(teacher);
  const video = await exportEmbeddings(model, projection, place);
  const { files, model: tower } = await exportClip(clip, ['text'], place);
  const [own, ofText] = [projection.length / model.encoder.config.hiddenSize, tower.config.projectionDim];
  if (own !== ofText) {
    throw new CliError('INPUT_INVALID', {
      where: 'teacher.clip',
      expected: `the CLIP that the model was trained with, whose embeddings have ${own} numbers`,
      received: `${clip}, with ${ofText}`,
      advice: 'Or --encoder-only.',
    });
  }
  return { ...aboutEncoder(model), files: [video, ...files], teacher: clip };
}

async function ofClassifier({ path }: ModelFolder, place: ExportPlace): Promise<ExportedFiles> {
  const { file, model } = await exportClassifier(path, place);
  const { numFrames, imageSize, labels } = model.config;
  return { model: path, files: [file], frames: numFrames, imageSize, pixels: model.pixels, labels };
}

async function ofClip({ path }: ModelFolder, place: ExportPlace): Promise<ExportedFiles> {
  const { files, model } = await exportClip(path, ['image', 'text'], place);
  const { imageSize } = model.config.visionConfig;
  return { model: path, files, frames: 1, imageSize, pixels: model.pixels };
}
