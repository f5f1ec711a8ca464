import type { AttentionEncoder, PictureTextEncoder } from '@tgm/masking';
import { type LoadedPatchTextEncoder, loadPatchTextEncoder } from '@tgm/models';
import { type Engine, onnxEngine } from '@tgm/tfjs-backend-onnx';
import { teacherFolder } from './teacher-folder.js';
import { type TeacherOptions, teacherTable } from './teacher-section.js';

/** A frozen image-text model that compares patches with captions. */
export interface Teacher {
  /** What it was asked for by; `tiny-clip-model` for the one that comes with the package. */
  readonly name: string;
  /** What it is and what it knows, in a sentence for people. */
  readonly says: string;
  /** Whether it is the tiny one, which knows coloured shapes alone. */
  readonly isTiny: boolean;
  /** For `writeScores` and `textCues` of `@tgm/train`, and for masks. Its `digest` tells the weights. */
  readonly encoder: PictureTextEncoder & AttentionEncoder;
  /** Frees the weights, and the engine where it was made here. */
  dispose(): Promise<void>;
}

/**
 * Opens the image-text model of a `teacher` section: a CLIP or a SigLIP.
 *
 * @param engine computes; the caller keeps it. Default: one of its own.
 * @throws CliError `OPTION_INVALID`, `INPUT_INVALID` where there is no such folder; ModelError as `loadPatchTextEncoder` and
 *   `hubFolder`.
 */
export async function openTeacher(options: TeacherOptions = {}, engine?: Engine): Promise<Teacher> {
  const checked = teacherTable.check(options);
  const { clip, variant } = checked;
  const folder = await teacherFolder(checked);
  const own = engine === undefined ? await onnxEngine() : undefined;
  const encoder = await loadPatchTextEncoder(folder, { engine: (engine ?? own)!, variant }).catch(
    async (error) => {
      await own?.dispose();
      throw error;
    },
  );
  const isTiny = clip === undefined;
  const name = clip ?? 'tiny-clip-model';
  return {
    name,
    says: isTiny ? TINY : `${name}, ${shapeOf(encoder)}.`,
    isTiny,
    encoder,
    async dispose() {
      encoder.dispose();
      await own?.dispose();
    },
  };
}

const TINY =
  'The tiny CLIP that comes with tgm knows coloured shapes that move, and nothing else. Name a CLIP by --clip for other videos.';

/** Its pictures, their patches and its size. */
function shapeOf({ kind, parameters, imageSize, side }: LoadedPatchTextEncoder): string {
  const millions = (parameters / 1e6).toFixed(parameters < 1e7 ? 1 : 0);
  return `a ${kind} of ${millions} million parameters for pictures of ${imageSize} x ${imageSize} in ${side} x ${side} patches`;
}
