import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parentPort } from 'node:worker_threads';
import { encodeVideo } from '@tgm/video-io';
import { type CaptionLevel, type ClipRow, clipName, drawClip } from './row.js';
import { type ClipKey, FRAME_RATE, FRAME_SIZE } from './world.js';

/** Asks for one clip; a file that is already there is kept. */
export interface RenderRequest {
  readonly folder: string;
  readonly key: ClipKey;
}

export interface RenderReply {
  readonly rows: Readonly<Record<CaptionLevel, ClipRow>>;
}

parentPort?.on('message', async ({ folder, key }: RenderRequest) => {
  const { frames, rows } = drawClip(key);
  const path = join(folder, `${clipName(key)}.mp4`);
  if (!existsSync(path)) {
    await encodeVideo(path, frames, { width: FRAME_SIZE, height: FRAME_SIZE, fps: FRAME_RATE });
  }
  parentPort?.postMessage({ rows } satisfies RenderReply);
});
