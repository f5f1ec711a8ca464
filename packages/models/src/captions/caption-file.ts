import { appendFile, type FileHandle, open } from 'node:fs/promises';
import { objectWith, optionTable, passing, showValue, text } from '@tgm/options';
import { ModelError } from '../errors.js';
import { orFileFailed } from '../file-failed.js';
import { type CaptionVideosOptions, type FailureHearer, failureHearer } from './caption-failures.js';
import { type CaptionRecord, isTornRecord, readCaptionFile, recordOf } from './caption-records.js';
import type { Captioner } from './captioner.js';
import { claimFile } from './claim-file.js';
import { describeVideo, type KeyFrame } from './describe-video.js';
import { ofAnotherSource } from './of-another-source.js';

export interface VideoToCaption {
  /** Different from those of all other videos. */
  readonly id: string;
  /** Decodes the key frames, at least one; only called where captions are missing. */
  readonly keyFrames: () => Promise<readonly KeyFrame[]>;
}

/** One video described, or known already. */
export interface CaptionEvent {
  readonly record: CaptionRecord;
  /** Whether it was in the file. */
  readonly known: boolean;
  /** Videos so far, this one among them. */
  readonly done: number;
}

const table = optionTable(
  'captionVideos',
  {
    path: text(),
    videos: passing(
      'a list of videos',
      (value): value is Iterable<VideoToCaption> | AsyncIterable<VideoToCaption> =>
        typeof value === 'object' &&
        value !== null &&
        (Symbol.iterator in value || Symbol.asyncIterator in value),
    ),
    captioner: objectWith<Captioner>('a captioner', ['model', 'revision', 'caption']),
  },
  ModelError,
);

/**
 * Describes videos into a JSONL file, one line a video, and says each as it is written. A later run goes on where this one
 * ended: videos that the file has are passed by. The beginning of a line that an ended run
 * left at the file's end is moved to `<path>.torn`. Any other file is left as it is.
 *
 * @throws ModelError with `OPTION_INVALID`, also for what is no video, an id that comes twice and a video without key frames;
 *   `CONFIG_INVALID` when the file has captions of another model or revision, `CAPTIONS_INVALID` when it is no captions file, `CAPTIONS_LOCKED` when another run writes it, `FILE_FAILED` when it
 *   cannot be written, `CAPTIONER_FAILED` for a caption without words; what the captioner and `keyFrames` throw.
 */
export function captionVideos(
  path: string,
  videos: Iterable<VideoToCaption> | AsyncIterable<VideoToCaption>,
  captioner: Captioner,
  given: CaptionVideosOptions = {},
): AsyncGenerator<CaptionEvent> {
  table.check({ path, videos, captioner });
  return described(path, videos, captioner, failureHearer(given));
}

async function* described(
  path: string,
  videos: Iterable<VideoToCaption> | AsyncIterable<VideoToCaption>,
  captioner: Captioner,
  hear: FailureHearer,
): AsyncGenerator<CaptionEvent> {
  const { model, revision } = captioner;
  const unlock = await claimFile(path, WRITABLE);
  try {
    const { records, file } = await orFileFailed(path, WRITABLE, openForAppending(path, captioner));
    try {
      const known = new Map(records.map((record) => [record.id, record]));
      const ids = new Set<string>();
      for await (const { id, keyFrames } of checked(videos)) {
        if (ids.has(id)) throw wrongVideo(ids.size, 'every id once', `${showValue(id)} again`);
        ids.add(id);
        const before = known.get(id);
        if (before) {
          yield { record: before, known: true, done: ids.size };
          continue;
        }
        const described = await captionsOf(id, keyFrames, captioner, hear);
        if (!described) continue;
        const record = { id, ...described, model, revision };
        await orFileFailed(path, WRITABLE, appendLine(file, record));
        yield { record, known: false, done: ids.size };
      }
    } finally {
      await file.close();
    }
  } finally {
    await unlock();
  }
}

/** Undefined where it failed, and somebody has heard of it. */
async function captionsOf(
  id: string,
  keyFrames: VideoToCaption['keyFrames'],
  captioner: Captioner,
  hear: FailureHearer,
): Promise<Pick<CaptionRecord, 'captions' | 'frameIndices'> | undefined> {
  try {
    return await describeVideo(id, await keyFrames(), captioner);
  } catch (error) {
    hear({ id, error });
    return undefined;
  }
}

/** What the file system is asked for. */
const WRITABLE = 'a captions file that can be written';

async function* checked(videos: Iterable<unknown> | AsyncIterable<unknown>): AsyncGenerator<VideoToCaption> {
  let index = 0;
  for await (const video of videos) {
    const { id, keyFrames } = (video ?? {}) as Partial<VideoToCaption>;
    if (!(typeof id === 'string' && id !== '' && typeof keyFrames === 'function'))
      throw wrongVideo(index, 'a video with id, a text, and keyFrames, a function', showValue(video));
    yield video as VideoToCaption;
    index++;
  }
}

function wrongVideo(index: number, expected: string, received: string): ModelError {
  return new ModelError('OPTION_INVALID', { where: `captionVideos, video ${index}`, expected, received });
}

async function appendLine(file: FileHandle, record: CaptionRecord): Promise<void> {
  await file.appendFile(`${JSON.stringify(record)}\n`);
  await file.datasync();
}

/** Looks at the whole file before it changes anything. */
async function openForAppending(
  path: string,
  { model, revision }: Captioner,
): Promise<{ records: readonly CaptionRecord[]; file: FileHandle }> {
  const { records: whole, wholeBytes, rest } = await readCaptionFile(path);
  const torn = rest !== '' && isTornRecord(rest);
  const last = rest === '' || torn ? [] : [recordOf(rest, `${path}, line ${whole.length + 1}`)];
  const records = [...whole, ...last];
  const other = records.find((record) => record.model !== model || record.revision !== revision);
  if (other)
    throw ofAnotherSource(path, `captions of ${model} at ${revision}`, `${other.model} at ${other.revision}`);
  if (torn) await appendFile(`${path}.torn`, `${rest}\n`, { flush: true });
  const file = await open(path, 'a');
  if (torn) await file.truncate(wholeBytes);
  else if (last.length > 0) await file.appendFile('\n');
  return { records, file };
}
