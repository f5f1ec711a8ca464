import { readdir, readFile, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { type Captioner, type CaptionRecord, captionVideos, readCaptions } from '@tgm/models';
import { sampleAt, type VideoDataset } from '@tgm/video-io';
import { saveText } from '../config/save-config.js';
import { CliError } from '../program/errors.js';

/** The file that one of several processes describes into. */
export const partPath = (out: string, rank: number, size: number): string =>
  `${out}${PART}${rank}-of-${size}`;

const PART = '.part-';

/**
 * Puts what the processes of a job have in files of their own into the one of all, and removes their files. Nothing happens where there
 * are none.
 *
 * @param order the data set whose order the lines get. Default: what is new comes behind what was there.
 * @throws CliError `INPUT_INVALID` for files of another model or revision; ModelError as `captionVideos`, where another job writes them
 *   for one.
 */
export async function joinCaptions(out: string, order?: VideoDataset): Promise<void> {
  const parts = await partsOf(out);
  if (parts.length === 0) return;
  const records = new Map((await readCaptions(out)).map((record) => [record.id, record]));
  for (const part of parts)
    for (const record of await wholeRecords(part)) {
      const [first = record] = records.values();
      if (record.model !== first.model || record.revision !== first.revision)
        throw ofAnotherModel(part, out, first, record);
      records.set(record.id, record);
    }
  const places = order && (await placesOf(order));
  const place = ({ id }: CaptionRecord): number => places?.get(id) ?? -1;
  const ordered = [...records.values()].sort((a, b) => place(a) - place(b));
  await saveText(out, linesOf(ordered));
  for (const part of parts) await rm(part);
}

/** As a file of captions has them. */
export const linesOf = (records: readonly CaptionRecord[]): string =>
  records.map((record) => `${JSON.stringify(record)}\n`).join('');

async function partsOf(out: string): Promise<string[]> {
  const folder = dirname(out);
  const names = await readdir(folder).catch(() => [] as string[]);
  const start = `${basename(out)}${PART}`;
  return names
    .filter((name) => name.startsWith(start) && /^\d+-of-\d+$/.test(name.slice(start.length)))
    .sort()
    .map((name) => join(folder, name));
}

/** What a kill has torn is no record. @throws ModelError as `captionVideos` */
async function wholeRecords(part: string): Promise<readonly CaptionRecord[]> {
  const text = await readFile(part, 'utf8');
  const end = text.indexOf('\n');
  if (end < 0) return [];
  const { model, revision } = JSON.parse(text.slice(0, end)) as CaptionRecord;
  const nobody: Captioner = { model, revision, caption: async () => '', dispose: async () => undefined };
  for await (const _ of captionVideos(part, [], nobody)) break;
  return readCaptions(part);
}

async function placesOf(dataset: VideoDataset): Promise<ReadonlyMap<string, number>> {
  const places = new Map<string, number>();
  for (let place = 0; place < dataset.length; place++) places.set((await sampleAt(dataset, place)).id, place);
  return places;
}

const ofAnotherModel = (part: string, out: string, one: CaptionRecord, other: CaptionRecord): CliError =>
  new CliError('INPUT_INVALID', {
    where: part,
    expected: `captions of ${one.model} at ${one.revision}, as in ${out}`,
    received: `${other.model} at ${other.revision}`,
    advice: 'A job that was stopped has left it. Remove it, or write into another file.',
  });
