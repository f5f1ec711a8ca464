import { readdir, readFile } from 'node:fs/promises';
import { basename, extname, join, relative, resolve, sep } from 'node:path';
import { VideoError } from '../errors.js';
import { fileError } from '../system-failure.js';
import type { VideoDataset, VideoSample } from '../video.js';
import { datasetOf } from './in-memory.js';
import { VIDEO_ENDINGS } from './video-endings.js';

export interface VideoFolderOptions {
  /** Caption of every video that has no .txt file of its own. Default: such a video has none. */
  readonly caption?: string;
}

/**
 * Every video file under a folder, by path, subfolders too; links are not followed. Captions come from a
 * .txt of the same name beside the video, one on each line, blank lines skipped. The id is the path
 * relative to the folder, with `/`. The videos themselves are not opened.
 *
 * @throws {VideoError} `FOLDER_EMPTY` when there is no folder or no video in it, `CAPTION_EMPTY` for a
 * caption file, or an option, without text.
 */
export async function readVideoFolder(
  folder: string,
  options: VideoFolderOptions = {},
): Promise<VideoDataset> {
  const { caption } = options;
  if (caption !== undefined && caption.trim() === '') {
    throw new VideoError('CAPTION_EMPTY', {
      source: folder,
      expected: 'a caption',
      received: 'an empty text',
    });
  }
  const root = resolve(folder);
  const files = await listFiles(root);
  const known = new Set(files);
  const samples: VideoSample[] = [];
  for (const file of files.filter((name) => VIDEO_ENDINGS.has(extname(name).slice(1).toLowerCase())).sort()) {
    const captionFile = `${file.slice(0, -extname(file).length)}.txt`;
    const captions = known.has(captionFile)
      ? await readCaptions(captionFile)
      : caption === undefined
        ? []
        : [caption];
    samples.push({ id: relative(root, file).split(sep).join('/'), source: file, captions });
  }
  if (samples.length > 0) return datasetOf(basename(root), samples);
  const endings = [...VIDEO_ENDINGS].join(' ');
  throw new VideoError('FOLDER_EMPTY', {
    source: folder,
    expected: `videos (${endings}) in the folder`,
    received: 'none',
  });
}

async function listFiles(root: string): Promise<string[]> {
  try {
    const entries = await readdir(root, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
  } catch (error) {
    throw fileError(error, 'FOLDER_EMPTY', root, 'a folder');
  }
}

async function readCaptions(file: string): Promise<string[]> {
  const text = await readFile(file, 'utf8').catch((error: Error) => {
    throw fileError(error, 'CAPTION_EMPTY', file, 'a file that can be read');
  });
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  const captions = lines.map((line) => line.trim()).filter((line) => line !== '');
  if (captions.length > 0) return captions;
  throw new VideoError('CAPTION_EMPTY', { source: file, expected: 'at least one caption', received: 'none' });
}
