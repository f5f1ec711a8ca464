import { type Features, projectVideo } from '@tgm/eval';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import { CliError } from '../program/errors.js';
import { openTeacher } from '../teacher/open-teacher.js';
import type { TeacherOptions } from '../teacher/teacher-section.js';
import type { OpenedModel } from './open-model.js';
import { teacherOf } from './run-config.js';

/** Where videos and captions are compared. */
export interface CaptionSpace {
  /** Who embeds the captions. */
  readonly teacher: string;
  /** [count, D] of the encoder to [count, E], L2-normalised. */
  ofVideos(features: Features): Features;
  /** [texts, E], L2-normalised. */
  ofTexts(texts: readonly string[]): Promise<Features>;
  dispose(): Promise<void>;
}

/**
 * The space in which a model was trained with captions. The teacher is that of the model's run, where no other is named.
 *
 * @throws CliError `INPUT_INVALID` for a model that was not trained with captions, and for another teacher than that of its training: told
 *   by the weights, or by the width of the embeddings where the checkpoint does not tell them; as `openTeacher`.
 */
export async function captionSpace(
  model: OpenedModel,
  given: TeacherOptions,
  engine: Engine,
): Promise<CaptionSpace> {
  const { projection, teacherDigest, encoder, folder } = model;
  if (projection === undefined) {
    throw new CliError('INPUT_INVALID', {
      where: folder.path,
      expected: 'a run, or a checkpoint of one, that was pre-trained with captions',
      received: 'a model without a projection to their space',
      advice: 'tgm pretrain makes one with a preset of TGM: it has contrast.',
    });
  }
  const teacher = await openTeacher(await teacherOf(folder, given), engine);
  const width = projection.length / encoder.config.hiddenSize;
  const other = (expected: string, received: string): CliError =>
    new CliError('INPUT_INVALID', {
      where: 'teacher.clip',
      expected: `the CLIP that the model was trained with, ${expected}`,
      received: `${teacher.name}, ${received}`,
    });
  const digest = await teacher.encoder.digest();
  if (teacherDigest !== undefined && digest !== teacherDigest) {
    await teacher.dispose();
    throw other(`of the digest ${teacherDigest.slice(0, 12)}`, digest.slice(0, 12));
  }
  const ofTexts = async (texts: readonly string[]): Promise<Features> => {
    const { values, width: columns } = await teacher.encoder.encodeText(texts);
    if (columns === width) return { values, count: texts.length, width };
    throw other(`whose embeddings have ${width} numbers`, `with ${columns}`);
  };
  return {
    teacher: teacher.name,
    ofVideos: (features) => projectVideo(features, projection),
    ofTexts,
    dispose: () => teacher.dispose(),
  };
}
