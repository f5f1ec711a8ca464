import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type DatasetFormat, datasetFormats, datasetOf, type OpenedDataset } from '@tgm/video-io';
import { CliError } from '../program/errors.js';
import { type CommonDataOptions, type DataOptions, dataSection, type FormatName } from './data-section.js';
import { MANIFESTS } from './detect-format.js';
import { withCaptions } from './with-captions.js';

/**
 * Opens the videos of a project as they lie, with captions from where the options say. No video is opened.
 *
 * @throws CliError `OPTION_INVALID`, or `INPUT_INVALID` for a source that is not there; VideoError as the reader throws; ModelError
 *   for files of captions.
 */
export async function openDataset(
  options: DataOptions,
): Promise<OpenedDataset & { readonly format: FormatName }> {
  const { table } = await dataSection.choose({ ...options });
  const checked = table.check(options) as unknown as CommonDataOptions & { readonly format: FormatName };
  const { format, source, captions, templates, descriptions, caption, ...own } = checked;
  const reader: DatasetFormat<string> | DatasetFormat<readonly string[]> = datasetFormats[format];
  const given = Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined));
  const dataset: OpenedDataset =
    reader.source === 'files'
      ? await (reader as DatasetFormat<readonly string[]>).read(await tarFiles(source), given)
      : await (reader as DatasetFormat<string>).read(await onePath(source, reader.source), given);
  const videos = format === 'folder' ? await withoutConfig(dataset) : dataset;
  return { ...(await withCaptions(videos, { captions, templates, descriptions, caption })), format };
}

/** `.ts` is also the ending of MPEG transport streams, so a folder's own configuration looks like a video. */
async function withoutConfig(dataset: OpenedDataset): Promise<OpenedDataset> {
  const samples = await Promise.all(Array.from({ length: dataset.length }, (_, index) => dataset.at(index)));
  const [own] = samples.filter(({ id }) => /^tgm\.config\.m?ts$/.test(id));
  if (own === undefined) return dataset;
  const leftOut = [...(dataset.leftOut ?? []), { path: own.id, reason: 'ending' as const }];
  const videos = samples.filter((sample) => sample !== own);
  return { ...datasetOf(dataset.name, videos, dataset.classes), leftOut };
}

async function tarFiles(source: string | readonly string[]): Promise<readonly string[]> {
  if (typeof source !== 'string') return source;
  if (!(await isFolder(source))) return [source];
  const names = (await readdir(source)).filter((name) => name.endsWith('.tar')).sort();
  if (names.length > 0) return names.map((name) => join(source, name));
  throw new CliError('INPUT_INVALID', {
    where: source,
    expected: 'tar files in the folder',
    received: 'none',
  });
}

async function onePath(
  source: string | readonly string[],
  kind: 'file' | 'folder' | 'files',
): Promise<string> {
  if (typeof source !== 'string') {
    throw new CliError('OPTION_INVALID', {
      where: 'data.source',
      expected: 'one path; only tar files are several',
      received: `${source.length} paths`,
    });
  }
  if (kind === 'folder' || !(await isFolder(source))) return source;
  return MANIFESTS.map((name) => join(source, name)).find(existsSync) ?? source;
}

const isFolder = async (path: string): Promise<boolean> =>
  (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
