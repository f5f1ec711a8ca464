import { appendFile, type FileHandle, open } from 'node:fs/promises';
import { objectWith, optionTable, text } from '@tgm/options';
import { ModelError } from '../errors.js';
import { lockFile } from '../lock-file.js';
import { type CaptionRecord, isTornRecord, readCaptionFile, recordOf } from './caption-records.js';
import type { Captioner, CaptionFrame } from './captioner.js';

export interface VideoToCaption {
  readonly id: string;
  /** Decodes the key frames, by number; only called where captions are missing. */
  readonly keyFrames: () => Promise<readonly { readonly frame: number; readonly picture: CaptionFrame }[]>;
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
    videos: objectWith<Iterable<VideoToCaption> | AsyncIterable<VideoToCaption>>('a list of videos', []),
    captioner: objectWith<Captioner>('a captioner', ['model', 'revision', 'caption']),
  },
  ModelError,
);

/**
 * Describes videos into a JSONL file, one line a video, and says each as it is written. A later run goes on where this one
 * ended: videos that the file has from the same model and revision are passed by. The beginning of a line that an ended run
 * left at the file's end is moved to `<path>.torn`. Any other file is left as it is.
 *
 * @throws ModelError with `CAPTIONS_INVALID` when the file is no captions file, `CAPTIONS_LOCKED` when another run writes it;
 *   what the captioner and `keyFrames` throw.
 */
export function captionVideos(
  path: string,
  videos: Iterable<VideoToCaption> | AsyncIterable<VideoToCaption>,
  captioner: Captioner,
): AsyncGenerator<CaptionEvent> {
  table.check({ path, videos, captioner });
  return described(path, videos, captioner);
}

async function* described(
  path: string,
  videos: Iterable<VideoToCaption> | AsyncIterable<VideoToCaption>,
  captioner: Captioner,
): AsyncGenerator<CaptionEvent> {
  const { model, revision } = captioner;
  const unlock = await lockFile(path);
  try {
    const { records, file } = await openForAppending(path);
    try {
      const known = new Map(
        records
          .filter((record) => record.model === model && record.revision === revision)
          .map((record) => [record.id, record]),
      );
      let done = 0;
      for await (const { id, keyFrames } of videos) {
        const before = known.get(id);
        const record = before ?? { id, ...(await describe(await keyFrames(), captioner)), model, revision };
        if (!before) {
          await file.appendFile(`${JSON.stringify(record)}\n`);
          await file.datasync();
          known.set(id, record);
        }
        done++;
        yield { record, known: before !== undefined, done };
      }
    } finally {
      await file.close();
    }
  } finally {
    await unlock();
  }
}

async function describe(
  pictures: readonly { readonly frame: number; readonly picture: CaptionFrame }[],
  captioner: Captioner,
): Promise<{ captions: string[]; frames: number[] }> {
  const frames: number[] = [];
  const captions: string[] = [];
  for (const { frame, picture } of pictures) {
    const caption = await captioner.caption(picture);
    if (captions.some((other) => other.toLowerCase() === caption.toLowerCase())) continue;
    captions.push(caption);
    frames.push(frame);
  }
  return { captions, frames };
}

/** Looks at the whole file before it changes anything. */
async function openForAppending(
  path: string,
): Promise<{ records: readonly CaptionRecord[]; file: FileHandle }> {
  const { records, wholeBytes, rest } = await readCaptionFile(path);
  const torn = rest !== '' && isTornRecord(rest);
  const last = rest === '' || torn ? [] : [recordOf(rest, `${path}, line ${records.length + 1}`)];
  if (torn) await appendFile(`${path}.torn`, `${rest}\n`, { flush: true });
  const file = await open(path, 'a');
  if (torn) await file.truncate(wholeBytes);
  else if (last.length > 0) await file.appendFile('\n');
  return { records: [...records, ...last], file };
}
