import { join } from 'node:path';
import { pixelTarget, reconstructionLoss } from '@tgm/losses';
import { type AttentionCues, attentionCue, attentionMasking, textCue, textGuidedMasking } from '@tgm/masking';
import { type OnnxPatchTextEncoder, onnxPatchTextEncoder } from '@tgm/models';
import { writeTinyImageText } from '@tgm/models/testing';
import { shuffled } from '@tgm/train';
import { bestTokenLies } from '../best-token.js';
import { figure } from '../figure.js';
import { hiddenShare, percent } from '../mask-measures.js';
import type { Row } from '../row.js';
import { MODEL, SIZE } from '../settings.js';
import { belowBaseline, shortRun } from '../short-run.js';
import type { World } from '../world.js';
import { type Clip, type Cues, memory } from '../world-clips.js';

/** A teacher of two ONNX files that are written here, which knows the six colours. */
async function withTeacher<Result>(
  { folder }: World,
  kind: 'maps' | 'tokens',
  use: (teacher: OnnxPatchTextEncoder) => Promise<Result>,
): Promise<Result> {
  const files = join(folder, `teacher-${kind}`);
  await writeTinyImageText(files, { imageSize: MODEL.imageSize, patchSize: MODEL.patchSize, kind });
  const teacher = await onnxPatchTextEncoder({
    image: join(files, 'image.onnx'),
    text: join(files, 'text.onnx'),
    folder: files,
  });
  try {
    return await use(teacher);
  } finally {
    await teacher.dispose();
  }
}

const DRAWN = 'the two files are written here and know six colours: what is shown is that such files teach';

/** Image-text models of others. */
export const teacherRows: readonly Row[] = [
  {
    name: 'ALIGN',
    part: 'teacher',
    runs: 'onnxPatchTextEncoder of maps [B, D, rows, columns], textCue',
    reading: DRAWN,
    run: (world) =>
      withTeacher(world, 'maps', async (teacher) => {
        const { testClips: clips } = world;
        const captions = clips.map(({ caption }) => caption!);
        const { values, width } = await teacher.encodeText(captions);
        let [own, other] = [0, 0];
        for (const [index, clip] of clips.entries()) {
          const patches = await teacher.encodePatches({ frames: clip.frames, ...SIZE });
          const bestLies = (row: number): boolean =>
            bestTokenLies(world, clip, patches, values.subarray(row * width, (row + 1) * width));
          if (bestLies(index)) own += 1;
          if (bestLies((index + 1) % clips.length)) other += 1;
        }
        const share = (count: number): string => percent((100 * count) / clips.length);
        return figure(
          `the best token lies on the named object in ${share(own)} of unseen clips, by the next caption in ${share(other)}`,
          own > 0.8 * clips.length && other < 0.6 * own,
          'the caption points at its object',
        );
      }),
  },
  {
    name: 'Florence',
    part: 'teacher',
    runs: 'onnxPatchTextEncoder of tokens and attention, textGuidedMasking 0.6',
    reading: DRAWN,
    run: (world) =>
      withTeacher(world, 'tokens', async (teacher) => {
        const clips = await Promise.all(world.clips.map((clip) => taught(world, teacher, clip)));
        const named = ({ coverage }: Taught): Float32Array => coverage;
        const masking = textGuidedMasking({ ratio: 0.6 });
        const text = hiddenShare(world, clips, masking, named);
        const attention = hiddenShare(world, clips, attentionMasking({ ratio: 0.6, select: 'high' }), named);
        const run = await shortRun(world, {
          examples: shuffled(memory(clips)),
          masking,
          losses: [{ loss: reconstructionLoss({ target: pixelTarget({ normalise: false }) }), weight: 1 }],
        });
        const masks = figure(
          `hides ${percent(text)} of the named object, by attention ${percent(attention)}, chance 59 %`,
          text > 75 && attention > 62,
          'most of the object',
        );
        return `${masks}; ${belowBaseline(run, 'reconstruction')}`;
      }),
  },
];

type Taught = Clip<Cues & AttentionCues>;

/** A clip with the cues of this teacher. */
async function taught({ grid }: World, teacher: OnnxPatchTextEncoder, given: Clip): Promise<Taught> {
  const { others: _none, ...clip } = given;
  const shown = { frames: clip.frames, ...SIZE };
  const [patches, maps, { values: textEmbedding }] = await Promise.all([
    teacher.encodePatches(shown),
    teacher.encodeAttention(shown),
    teacher.encodeText([clip.caption!]),
  ]);
  const tokenScores = textCue({ patches, textEmbedding, grid });
  return { ...clip, cues: { ...clip.cues, tokenScores, attention: attentionCue({ maps, grid }) } };
}
