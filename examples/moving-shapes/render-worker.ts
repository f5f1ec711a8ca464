import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parentPort } from 'node:worker_threads';
import { encodeVideo } from '@tgm/video-io';
import { addContent, sha256Of } from './contents.js';
import type { CaptionKind, Level } from './level.js';
import { type ClipRow, clipName, drawClip } from './row.js';
import { type ClipKey, FRAME_RATE, FRAME_SIZE } from './world.js';

/** Asks for one clip; a file that is already there is kept. */
export interface RenderRequest {
  readonly folder: string;
  readonly key: ClipKey;
  readonly level: Level;
}

export interface RenderReply {
  readonly rows: Readonly<Partial<Record<CaptionKind, ClipRow>>>;
  /** Of the file, where it was made now. */
  readonly sha256?: string;
}

parentPort?.on('message', async ({ folder, key, level }: RenderRequest) => {
  const { frames, rows } = drawClip(key, level);
  const file = `${clipName(key)}.mp4`;
  const path = join(folder, file);
  let sha256: string | undefined;
  if (!existsSync(path)) {
    await encodeVideo(path, frames, { width: FRAME_SIZE, height: FRAME_SIZE, fps: FRAME_RATE });
    sha256 = sha256Of(await readFile(path));
    await addContent(folder, file, sha256);
  }
  parentPort?.postMessage({ rows, ...(sha256 ? { sha256 } : {}) } satisfies RenderReply);
});
