import { closeSync, openSync, readSync } from 'node:fs';
import type { Packet } from 'node-av/lib';
import { fileError } from '../system-failure.js';
import type { OpenVideo } from './open-video.js';

const hex = (digits: string): Buffer => Buffer.from(digits, 'hex');

/** What stands at the beginning of a file, by FFmpeg's names of those formats whose reader may end where another was joined on. */
const BEGINNINGS: Readonly<Record<string, readonly Buffer[]>> = {
  // Version 1, sound or pictures or both, 9 bytes of header.
  flv: ['01', '04', '05'].map((content) => hex(`464c5601${content}00000009`)),
  // The element that says which kind of Matroska it is.
  'matroska,webm': [
    Buffer.concat([hex('428288'), Buffer.from('matroska')]),
    Buffer.concat([hex('428284'), Buffer.from('webm')]),
  ],
  asf: [hex('3026b2758e66cf11a6d900aa0062ce6c')],
  // The box that says which standard is followed.
  'mov,mp4,m4a,3gp,3g2,mj2': ['iso', 'mp4', 'avc1', 'qt  ', 'M4V', '3g', 'dash'].map((brand) =>
    Buffer.from(`ftyp${brand}`),
  ),
};

/** As long as each beginning: one that lies across two steps of reading is whole in the second. */
const OVERLAP = 16;

const STEP = 2 ** 20;

/** The byte behind a packet, 0 where it does not tell its place. */
export function endOfPacket({ pos, size }: Packet): number {
  return pos < 0n ? 0 : Number(pos) + size;
}

/**
 * Whether another file begins behind the pictures that were read. The readers of some formats take the first of files that
 * were joined byte by byte and say nothing of the others.
 *
 * @param from Byte behind the last picture, 0 where that is not known.
 * @throws {VideoError} `SYSTEM_FAILED`
 */
export function hasFileBehind({ path, source, format }: OpenVideo, from: number): boolean {
  const beginnings = BEGINNINGS[format.iformat?.name ?? ''];
  if (beginnings === undefined || from === 0) return false;
  try {
    const file = openSync(path, 'r');
    try {
      const step = Buffer.allocUnsafe(STEP);
      for (let at = from; ; at += STEP - OVERLAP) {
        const length = readSync(file, step, 0, STEP, at);
        const bytes = step.subarray(0, length);
        if (beginnings.some((beginning) => bytes.includes(beginning))) return true;
        if (length < STEP) return false;
      }
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw fileError(error, 'VIDEO_NOT_FOUND', source, 'a video file');
  }
}
