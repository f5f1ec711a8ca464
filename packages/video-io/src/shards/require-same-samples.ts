import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { showValue } from '@tgm/options';
import { classNameOf } from '../datasets/label.js';
import { sampleAt } from '../datasets/sample.js';
import type { ClassNames, VideoDataset, VideoSample } from '../video.js';
import { indexShard } from './index-shard.js';
import { differ, type ShardReport } from './shard-report.js';

/**
 * That a tar file of an earlier run and its report are about these samples of a data set, with the captions and labels that they
 * have now. What the tar file says counts: it is there whoever made it.
 *
 * @param path of the report, which lies beside the tar file.
 * @param range the samples of the tar file, end exclusive.
 * @throws {VideoError} `SHARDS_DIFFER`; `SHARD_INVALID` for a tar file that is broken.
 */
export async function requireSameSamples(
  path: string,
  { file, done, refused }: ShardReport,
  dataset: VideoDataset,
  { start, end }: { readonly start: number; readonly end: number },
): Promise<void> {
  const [made, left] = [done, refused].map((samples) => new Set(samples.map(({ id }) => id)));
  const tar = file === null ? undefined : join(path, '..', file);
  const held = new Map((tar === undefined ? [] : await indexShard(tar)).map((each) => [each.id, each]));
  for (let index = start; index < end; index++) {
    const sample = await sampleAt(dataset, index);
    const { id } = sample;
    if (left!.has(id)) continue;
    const there = made!.has(id) ? held.get(id) : undefined;
    if (!there) throw differ(tar ?? path, `shards of a data set with "${id}"`, 'those of another');
    const wanted = textsOf(sample, dataset.classes);
    for (const name of Object.keys(wanted) as (keyof typeof wanted)[]) {
      if (isDeepStrictEqual(there[name], wanted[name])) continue;
      throw differ(
        tar!,
        `the ${NAMES[name]} of "${id}" as the data set has it, ${showValue(wanted[name])}`,
        showValue(there[name]),
        'Write shards of other captions or labels into another folder, or remove these.',
      );
    }
  }
}

const NAMES = { captions: 'list of captions', label: 'label', className: 'name of the class' } as const;

/** What a sample says beside its video, as it comes back from JSON. */
function textsOf({ captions, label }: VideoSample, classes: ClassNames | undefined) {
  const className = classNameOf(label, classes);
  const texts: Partial<Record<keyof typeof NAMES, unknown>> = JSON.parse(
    JSON.stringify({ captions, label, className }),
  );
  return { captions: texts.captions, label: texts.label, className: texts.className };
}
