import { mkdir } from 'node:fs/promises';
import { dirname, extname } from 'node:path';
import { drawMaskFrames, drawMasks, pictureFile, writePage } from '@tgm/report';
import { encodeAnimation } from '@tgm/video-io';
import { saveText } from '../config/save-config.js';
import { CliError } from '../program/errors.js';
import type { TeacherOptions } from '../teacher/teacher-section.js';
import { clipMasks, type MaskedClip } from './clip-masks.js';
import { maskFacts } from './mask-facts.js';
import { type ENDINGS, type MasksOptions, masksTable } from './masks-section.js';

/** What viewers show as it is. */
const FASTEST = 50;

/** How a clip is written, by the ending of the file. */
const WRITERS: Readonly<
  Record<(typeof ENDINGS)[number], (out: string, masked: MaskedClip) => Promise<unknown>>
> = {
  '.png': (out, { clip }) => saveText(out, pictureFile(drawMasks(clip))),
  '.gif': writeAnimation,
  '.webp': writeAnimation,
  '.html': (out, masked) =>
    writePage(out, { title: 'Masks of a clip', facts: maskFacts(masked), clips: [masked.clip] }),
};

/**
 * Draws the masks of a clip into a file.
 *
 * @throws as `clipMasks`; CliError `WRITE_FAILED` and VideoError `SYSTEM_FAILED` where the file cannot be written.
 */
export async function writeMasks(
  options: MasksOptions,
  teacher: TeacherOptions = {},
  signal?: AbortSignal,
): Promise<MaskedClip> {
  const { out, ...clip } = masksTable.check(options);
  const masked = await clipMasks(clip, teacher, signal);
  await mkdir(dirname(out), { recursive: true }).catch((cause: Error) => {
    throw new CliError('WRITE_FAILED', {
      where: out,
      expected: 'a folder that can be made',
      received: cause.message,
      cause,
    });
  });
  await WRITERS[extname(out).toLowerCase() as keyof typeof WRITERS](out, masked);
  return masked;
}

async function writeAnimation(out: string, { clip, fps, indices }: MaskedClip): Promise<void> {
  const strips = 1 + (clip.scores?.length ?? 0) + (clip.masks?.length ?? 0);
  const across = strips < 5 ? strips : Math.ceil(Math.sqrt(strips));
  let film: { readonly width: number; readonly height: number; readonly frames: Uint8Array } | undefined;
  let written = 0;
  for (const { width, height, pixels } of drawMaskFrames(clip, { across })) {
    film ??= { width, height, frames: new Uint8Array(indices.length * pixels.length) };
    film.frames.set(pixels, written++ * pixels.length);
  }
  const { frames, ...size } = film!;
  await encodeAnimation(out, frames, { ...size, fps: Math.min(fps, FASTEST) });
}
