import { existsSync } from 'node:fs';
import { type ClipFrames, seededRandom } from '@tgm/masking';
import type { ClipReport, MaskPicture } from '@tgm/report';
import { type Size, type VideoPool, videoPool } from '@tgm/video-io';
import { CliError } from '../program/errors.js';
import { openTeacher, type Teacher } from '../teacher/open-teacher.js';
import type { TeacherOptions } from '../teacher/teacher-section.js';
import { CLIP_CUES, type CueSources, TEACHER_CUES } from './clip-cues.js';
import { type ClipMasksOptions, clipMasksTable, namesIn, TOKEN } from './masks-section.js';
import { type MovingClip, paceOf, readClip } from './read-clip.js';
import { type KnownCues, MASK_NAMES, type MaskName, STRATEGIES } from './strategies.js';

/** A clip with its masks, and where they come from. */
export interface MaskedClip {
  /** For `drawMasks`, `drawMaskFrames` and `page` of `@tgm/report`. */
  readonly clip: ClipReport;
  /** Frames a second at which it moves as it did. */
  readonly fps: number;
  /** [T] numbers of its frames in the video, and the seconds at which they are shown there. */
  readonly indices: Uint32Array;
  readonly times: Float64Array;
  /** Frames of the video. */
  readonly videoFrames: number;
  /** Frames of the clip that only repeat the one before them: the video has no more there. */
  readonly repeated: number;
  /** Masks of `all` that are not drawn, for they need a caption and there is none. */
  readonly withoutCaption: readonly MaskName[];
  /** What motion was read from, where a mask goes by it. */
  readonly motion?: 'codec' | 'estimate';
  /** Who looked at the clip, where a mask asked for it. */
  readonly teacher?: Pick<Teacher, 'name' | 'says' | 'isTiny'>;
}

type CueName = keyof KnownCues;

/**
 * Decodes a clip of a video and draws masks of it: those of random strategies, those that follow the codec's motion, those that follow a
 * caption by a CLIP.
 *
 * @param teacher The CLIP; it is opened where a mask, or the heat map of a caption, needs it.
 * @throws CliError `OPTION_INVALID`, also where a mask needs a caption and there is none; `INPUT_INVALID` for no video; VideoError for what cannot be decoded; errors of
 *   `openTeacher`.
 */
export async function clipMasks(
  options: ClipMasksOptions,
  teacher: TeacherOptions = {},
  signal?: AbortSignal,
): Promise<MaskedClip> {
  const { video, caption, masks, ratio, size, seed, ...choice } = clipMasksTable.check(options);
  const names = chosen(masks, caption);
  const strategies = names.map((name) => ({ name, strategy: STRATEGIES[name](ratio) }));
  const required = new Set<CueName>(strategies.flatMap(({ strategy }) => strategy.requires));
  if (caption !== undefined) required.add('tokenScores');
  // The pool takes a folder that is away, too, for a fault that may pass.
  if (!existsSync(video))
    throw new CliError('INPUT_INVALID', {
      where: video,
      expected: 'a video file',
      received: 'nothing there',
    });
  const pool = videoPool({ workers: 1 });
  try {
    const clip = await readClip(pool, video, {
      ...choice,
      size,
      motion: required.has('motion') || required.has('flow'),
    });
    signal?.throwIfAborted();
    const cells = size / TOKEN.side;
    const grid = { slices: choice.frames / TOKEN.frames, rows: cells, columns: cells };
    const random = seededRandom('cues', seed);
    const { cues, seenBy } = await cuesOf({ clip, grid, random }, required, {
      video,
      caption,
      pool,
      teacher,
    });
    signal?.throwIfAborted();
    const drawn = strategies.map(({ name, strategy }): MaskPicture => {
      const mask = strategy.mask({
        grid,
        random: seededRandom('masks', seed, name),
        cues: cues as KnownCues,
      });
      return { strategy: name, masked: mask.masked };
    });
    const { tokenScores, attention } = cues;
    return {
      clip: {
        id: video,
        ...(caption !== undefined && { caption }),
        height: size,
        width: size,
        grid,
        frames: clip.frames,
        scores: [
          ...(tokenScores ? [{ values: tokenScores, name: `match: ${caption}`, label: COSINE }] : []),
          ...(attention ? [{ values: attention, name: 'attention', label: 'of the class token' }] : []),
        ],
        masks: drawn,
      },
      fps: paceOf(clip),
      indices: clip.indices,
      times: clip.times,
      videoFrames: clip.videoFrames,
      repeated: clip.indices.length - new Set(clip.indices).size,
      withoutCaption: masks === 'all' ? MASK_NAMES.filter((name) => !names.includes(name)) : [],
      ...(clip.motion && { motion: clip.motion.origin === 'codec' ? 'codec' : 'estimate' }),
      ...(seenBy && { teacher: seenBy }),
    };
  } finally {
    await pool.close();
  }
}

const COSINE = 'cosine of patches and caption';

/** The names that are drawn; `all` and the default are without those that need a caption where there is none. */
function chosen(masks: ClipMasksOptions['masks'], caption: string | undefined): MaskName[] {
  const needsCaption = (name: MaskName) =>
    STRATEGIES[name](0.6).requires.some((cue) => cue === 'tokenScores');
  const possible = (names: readonly MaskName[]) =>
    names.filter((name) => caption !== undefined || !needsCaption(name));
  if (masks === undefined) return possible(['text', 'motion', 'tube', 'random']);
  if (masks === 'all') return possible(MASK_NAMES);
  const names = namesIn(masks) as MaskName[];
  const without = names.filter((name) => caption === undefined && needsCaption(name));
  if (without.length === 0) return names;
  throw new CliError('OPTION_INVALID', {
    where: 'masks.caption',
    expected: `what the video shows, which ${without.join(', ')} ${without.length > 1 ? 'follow' : 'follows'}`,
    received: 'nothing',
    advice: 'Write it behind the video.',
  });
}

interface Looking {
  readonly video: string;
  readonly caption: string | undefined;
  readonly pool: VideoPool;
  readonly teacher: TeacherOptions;
}

/** The cues that are required, and the teacher, which is closed again, where one of them is its own. */
async function cuesOf(
  sources: CueSources,
  required: ReadonlySet<CueName>,
  { video, caption, pool, teacher: options }: Looking,
): Promise<{ cues: Partial<KnownCues>; seenBy?: MaskedClip['teacher'] }> {
  const isOf = <Name extends CueName>(makers: Readonly<Record<Name, unknown>>) =>
    [...required].filter((cue): cue is Name => cue in makers);
  const cues: Record<string, unknown> = {};
  for (const cue of isOf(CLIP_CUES)) cues[cue] = await CLIP_CUES[cue](sources);
  const ofTeacher = isOf(TEACHER_CUES);
  if (ofTeacher.length === 0) return { cues };
  const teacher = await openTeacher(options);
  try {
    const { encoder, name, says, isTiny } = teacher;
    const { size } = sources.clip.geometry;
    const seen = await inSize(pool, video, sources.clip, encoder.pictureSize(size));
    for (const cue of ofTeacher) cues[cue] = await TEACHER_CUES[cue]({ ...sources, encoder, seen, caption });
    return { cues, seenBy: { name, says, isTiny } };
  } finally {
    await teacher.dispose();
  }
}

/** The same frames as another reads them. */
async function inSize(
  pool: VideoPool,
  video: string,
  { frames, geometry, indices }: MovingClip,
  { height, width }: Size,
): Promise<ClipFrames> {
  if (geometry.size.height === height && geometry.size.width === width) return { frames, height, width };
  const clip = await pool.decode(video, { indices: [...indices], size: { height, width } });
  return { frames: clip.frames, height, width };
}
