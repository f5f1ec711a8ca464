import { open, readFile, truncate } from 'node:fs/promises';
import { ConfigError } from '../errors.js';
import type { Captioner, CaptionFrame } from './captioner.js';

/** A line of a captions file. */
export interface CaptionRecord {
  readonly id: string;
  /** Different from each other, without regard to case. */
  readonly captions: readonly string[];
  /** Number of the frame that each caption describes. */
  readonly frames: readonly number[];
  readonly model: string;
  readonly revision: string;
}

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

/**
 * Describes videos into a JSONL file, one line a video, and says each as it is written. A later run goes on where this one
 * ended: videos that the file has from the same model and revision are passed by, and half a line at its end is taken away.
 *
 * @throws ConfigError when a line is no record; what the captioner and `keyFrames` throw.
 */
export async function* captionVideos(
  path: string,
  videos: Iterable<VideoToCaption> | AsyncIterable<VideoToCaption>,
  captioner: Captioner,
): AsyncGenerator<CaptionEvent> {
  const { model, revision } = captioner;
  await dropHalfLine(path);
  const known = new Map<string, CaptionRecord>();
  for (const record of await readCaptions(path)) {
    if (record.model === model && record.revision === revision) known.set(record.id, record);
  }
  const file = await open(path, 'a');
  try {
    let done = 0;
    for await (const { id, keyFrames } of videos) {
      const before = known.get(id);
      const record = before ?? { id, ...(await describe(await keyFrames(), captioner)), model, revision };
      if (!before) {
        await file.appendFile(`${JSON.stringify(record)}\n`);
        known.set(id, record);
      }
      done++;
      yield { record, known: before !== undefined, done };
    }
  } finally {
    await file.close();
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

/**
 * The lines of a captions file; none when there is no file.
 * @throws ConfigError when one is no record.
 */
export async function readCaptions(path: string): Promise<CaptionRecord[]> {
  const lines = (await textOf(path)).split('\n').filter((line) => line !== '');
  return lines.map((line, index) => {
    const where = `${path}, line ${index + 1}`;
    let record: Partial<CaptionRecord>;
    try {
      record = JSON.parse(line);
    } catch (error) {
      throw new ConfigError(where, 'the line', 'JSON', String(error));
    }
    const whole = typeof record.id === 'string' && Array.isArray(record.captions);
    if (!whole) throw new ConfigError(where, 'the line', 'a record with id and captions', record);
    return record as CaptionRecord;
  });
}

/** A run that was ended while it wrote leaves a line without its end. */
async function dropHalfLine(path: string): Promise<void> {
  const text = await textOf(path);
  if (text === '' || text.endsWith('\n')) return;
  await truncate(path, Buffer.byteLength(text.slice(0, text.lastIndexOf('\n') + 1)));
}

async function textOf(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
}
