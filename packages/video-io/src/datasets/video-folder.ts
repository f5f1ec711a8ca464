import { readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { eitherOf, listOf, oneOf, optional, optionTable, passing, text } from '@tgm/options';
import { VideoError } from '../errors.js';
import { requirePath } from '../option-fields.js';
import { fileError } from '../system-failure.js';
import type { VideoDataset, VideoSample } from '../video.js';
import { datasetOf } from './in-memory.js';
import { type LeftOutFile, listFolder } from './list-folder.js';
import { endingOf, VIDEO_ENDINGS } from './video-endings.js';

export interface VideoFolderOptions {
  /** Caption of every video that has no .txt file of its own. Default: such a video has none. */
  readonly caption?: string;
  /**
   * Read labels: every video lies in a folder of its class. `folders`: the folders' sorted names are the classes, also of
   * folders without videos. A list: the classes in the order of their labels, so that several data sets have the same.
   * Default: no labels.
   */
  readonly classes?: 'folders' | readonly string[];
}

/** The videos under a folder. */
export interface FolderDataset extends VideoDataset {
  /** What else lies there and is in no sample, and why. */
  readonly leftOut: readonly LeftOutFile[];
}

export const VIDEO_FOLDER_OPTIONS = optionTable(
  'readVideoFolder',
  {
    caption: optional(passing('a text', (value): value is string => typeof value === 'string')),
    classes: optional(
      eitherOf('"folders" or a list of names', oneOf(['folders']), listOf(text(), { from: 1 })),
    ),
  } satisfies Record<keyof VideoFolderOptions, unknown>,
  VideoError,
);

/**
 * Every video file under a folder, by path, subfolders too. Links are followed. Captions come from a .txt of the same name
 * beside the video, one on each line, blank lines skipped. The id is the path relative to the folder, with `/`. The
 * videos themselves are not opened. Hidden files are no videos; `leftOut` tells what was not taken.
 *
 * @throws {VideoError} `FOLDER_EMPTY` when there is no folder or no video in it, `CAPTION_EMPTY` for a
 * caption file, or an option, without text, `MANIFEST_INVALID` for a video in no class's folder, `SYSTEM_FAILED`.
 */
export async function readVideoFolder(
  folder: string,
  options: VideoFolderOptions & { readonly classes: 'folders' | readonly string[] },
): Promise<FolderDataset & { readonly classes: readonly string[] }>;
export async function readVideoFolder(folder: string, options?: VideoFolderOptions): Promise<FolderDataset>;
export async function readVideoFolder(
  folder: string,
  options: VideoFolderOptions = {},
): Promise<FolderDataset> {
  requirePath('readVideoFolder', folder, 'folder');
  const { caption, classes: wanted } = VIDEO_FOLDER_OPTIONS.check(options);
  if (caption !== undefined && caption.trim() === '') {
    throw new VideoError('CAPTION_EMPTY', {
      source: folder,
      expected: 'a caption',
      received: 'an empty text',
    });
  }
  const root = resolve(folder);
  const { files, folders, leftOut: unlisted } = await listFolder(root);
  const videos = files.filter((file) => VIDEO_ENDINGS.has(endingOf(file)));
  const captionFiles = new Map(
    files.filter((file) => endingOf(file) === 'txt').map((file) => [stemOf(file), file]),
  );
  const stems = new Set(videos.map(stemOf));
  const others = files.filter(
    (file) => !VIDEO_ENDINGS.has(endingOf(file)) && captionFiles.get(stemOf(file)) !== file,
  );
  const idle = [...captionFiles].filter(([stem]) => !stems.has(stem)).map(([, file]) => file);
  const leftOut = [...unlisted, ...[...others, ...idle].map((path) => ({ path, reason: 'ending' as const }))];
  if (videos.length === 0) throw noVideos(folder, leftOut);

  const classes = wanted === 'folders' ? folders : wanted;
  const labels = classes && new Map(classes.map((name, label) => [name, label]));
  const samples: VideoSample[] = [];
  for (const id of videos) {
    const captionFile = captionFiles.get(stemOf(id));
    const own = captionFile === undefined ? undefined : await readCaptions(join(root, captionFile));
    samples.push({
      id,
      source: join(root, id),
      captions: own ?? (caption === undefined ? [] : [caption]),
      ...(labels && { label: labelOf(root, id, labels) }),
    });
  }
  return { ...datasetOf(basename(root), samples, classes), leftOut };
}

/** A path without its ending. */
const stemOf = (path: string): string => path.slice(0, path.lastIndexOf('.'));

function labelOf(root: string, id: string, labels: ReadonlyMap<string, number>): number {
  const name = id.includes('/') ? id.slice(0, id.indexOf('/')) : undefined;
  const label = name === undefined ? undefined : labels.get(name);
  if (label !== undefined) return label;
  throw new VideoError('MANIFEST_INVALID', {
    source: join(root, id),
    expected: `a folder of one of ${labels.size} classes around the video`,
    received: name === undefined ? 'none' : `"${name}"`,
  });
}

function noVideos(folder: string, leftOut: readonly LeftOutFile[]): VideoError {
  const [first] = leftOut;
  return new VideoError('FOLDER_EMPTY', {
    source: folder,
    expected: `videos (${[...VIDEO_ENDINGS].join(' ')}) in the folder`,
    received: first
      ? `none among ${leftOut.length} left out, such as "${first.path}" (${first.reason})`
      : 'none',
  });
}

async function readCaptions(file: string): Promise<string[]> {
  const content = await readFile(file, 'utf8').catch((error: Error) => {
    throw fileError(error, 'CAPTION_EMPTY', file, 'a file that can be read');
  });
  const lines = content.replace(/^\uFEFF/, '').split(/\r?\n/);
  const captions = lines.map((line) => line.trim()).filter((line) => line !== '');
  if (captions.length > 0) return captions;
  throw new VideoError('CAPTION_EMPTY', { source: file, expected: 'at least one caption', received: 'none' });
}
