import { labelCaptions, readCaptions, readClassDescriptions } from '@tgm/models';
import type { OpenedDataset, VideoSample } from '@tgm/video-io';
import { CliError } from '../program/errors.js';
import { classNameOf } from './class-name.js';
import type { CommonDataOptions } from './data-section.js';

type CaptionSources = Omit<CommonDataOptions, 'source'>;

/**
 * A data set whose samples have captions from the first of these that has any for them: the captions files, the set itself, what
 * templates and descriptions say of the class, the caption for all.
 *
 * @throws CliError `INPUT_INVALID` for a captions file that is not there; ModelError for one that is none.
 */
export async function withCaptions(
  dataset: OpenedDataset,
  { captions, templates, descriptions, caption }: CaptionSources,
): Promise<OpenedDataset> {
  const made = await captionsById(captions);
  const described = descriptions === undefined ? undefined : await readClassDescriptions(descriptions);
  if (!captions && !templates && !described && !caption) return dataset;

  const ofClass = (sample: VideoSample): readonly string[] => {
    const name = classNameOf(sample.label, dataset.classes);
    if (name === undefined) return [];
    return [...(templates ? labelCaptions(name, templates) : []), ...(described?.get(name) ?? [])];
  };
  const captionsOf = (sample: VideoSample): readonly string[] => {
    const sources = [
      made.get(sample.id),
      sample.captions,
      ofClass(sample),
      caption === undefined ? [] : [caption],
    ];
    return sources.find((texts) => texts && texts.length > 0) ?? [];
  };
  return {
    ...dataset,
    async at(index) {
      const sample = await dataset.at(index);
      return { ...sample, captions: captionsOf(sample) };
    },
  };
}

async function captionsById(files: string | readonly string[] = []): Promise<Map<string, readonly string[]>> {
  const byId = new Map<string, readonly string[]>();
  for (const path of typeof files === 'string' ? [files] : files) {
    const records = await readCaptions(path);
    if (records.length === 0) {
      throw new CliError('INPUT_INVALID', {
        where: path,
        expected: 'a file of captions, as tgm caption writes it',
        received: 'none, or one without a line',
      });
    }
    for (const { id, captions } of records) byId.set(id, captions);
  }
  return byId;
}
