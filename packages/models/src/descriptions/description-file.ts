import { isDeepStrictEqual } from 'node:util';
import { showValue } from '@tgm/options';
import { readClassDescriptions } from '../captions/label-captions.js';
import { ofAnotherSource } from '../captions/of-another-source.js';
import { readJsonIfThere, writeJson } from '../checkpoint/json-file.js';
import type { DescriptionForm } from './forms.js';

/** What a file of descriptions came from; it is kept beside it. */
export interface DescriptionSource {
  readonly model: string;
  readonly revision: string;
  readonly form: DescriptionForm;
  readonly questions: readonly string[];
}

const sourcePath = (path: string): string => `${path}.source.json`;

/**
 * The descriptions that an earlier run left; none where there is no file.
 * @throws ModelError with `CONFIG_INVALID` where they came from something else; `FILE_FAILED`
 */
export async function readDescribed(
  path: string,
  source: DescriptionSource,
): Promise<Map<string, readonly string[]>> {
  if ((await readJsonIfThere(path)) === undefined) return new Map();
  const before = await readJsonIfThere(sourcePath(path));
  if (!isDeepStrictEqual(before, source))
    throw ofAnotherSource(sourcePath(path), showValue(source), before ? showValue(before) : 'none');
  return new Map(await readClassDescriptions(path));
}

/** Each file is at every moment the old one or the new one; the source is there first. */
export async function writeDescribed(
  path: string,
  source: DescriptionSource,
  described: ReadonlyMap<string, readonly string[]>,
): Promise<void> {
  if (described.size === 1) await writeJson(sourcePath(path), source);
  await writeJson(path, Object.fromEntries(described));
}
