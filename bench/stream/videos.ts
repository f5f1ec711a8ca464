import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeVideo } from '../make-video.js';
import type { StreamCase } from './cases.js';

/** Path of one of a case's files. */
export const videoOf = (folder: string, file: number): string => join(folder, `${file}.mp4`);

/** Writes a case's files, copies of one video. */
export function makeVideos(folder: string, { video, frameCount, gop, files }: StreamCase): void {
  makeVideo(videoOf(folder, 0), { ...video, frameCount, gop, fps: 30 });
  for (let file = 1; file < files; file++) copyFileSync(videoOf(folder, 0), videoOf(folder, file));
}
