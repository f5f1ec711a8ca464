import {
  attentionCue,
  type ClipFrames,
  flowCue,
  motionCue,
  partsCue,
  type Random,
  type TokenGrid,
  textCue,
} from '@tgm/masking';
import type { Teacher } from '../teacher/open-teacher.js';
import type { MovingClip } from './read-clip.js';
import type { KnownCues } from './strategies.js';

/** What cues are made of. */
export interface CueSources {
  readonly clip: MovingClip;
  readonly grid: TokenGrid;
  readonly random: Random;
}

/** What the cues of a teacher are made of besides. */
export interface TeacherSources extends CueSources {
  readonly encoder: Teacher['encoder'];
  /** The clip in the size that the teacher reads. */
  readonly seen: ClipFrames;
  readonly caption: string | undefined;
}

type Makers<Sources, Names extends keyof KnownCues> = {
  readonly [Name in Names]: (sources: Sources) => KnownCues[Name] | Promise<KnownCues[Name]>;
};

/** Cues that need no teacher. */
export const CLIP_CUES: Makers<CueSources, 'motion' | 'flow'> = {
  motion({ clip, grid }) {
    const framesPerSlice = (clip.indices.length / grid.slices) * clip.stride;
    return motionCue(clip.motion!, grid, { ...clip.geometry.size, framesPerSlice });
  },
  flow: ({ clip, grid }) =>
    flowCue(clip.motion!, grid, { ...clip.geometry.size, framesPerStep: clip.stride }),
};

/** Cues of a CLIP that looks at the clip. */
export const TEACHER_CUES: Makers<TeacherSources, 'tokenScores' | 'attention' | 'parts'> = {
  async tokenScores({ encoder, seen, caption, grid }) {
    const [patches, texts] = await Promise.all([encoder.encodePatches(seen), encoder.encodeText([caption!])]);
    return textCue({ patches, textEmbedding: texts.values.subarray(0, texts.width), grid });
  },
  attention: async ({ encoder, seen, grid }) =>
    attentionCue({ maps: await encoder.encodeAttention(seen), grid }),
  parts: async ({ encoder, seen, grid, random }) =>
    partsCue({ patches: await encoder.encodePatches(seen), grid, random }),
};
