import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { flag, optional, optionTable, passing, text } from '@tgm/options';
import { ModelError } from '../errors.js';
import { notFound } from '../file-failed.js';
import { hubNotReached } from '../hub-not-reached.js';
import { optionalPackage } from '../optional-package.js';
import { readJsonIfThere } from './json-file.js';
import type { Json } from './json-keys.js';

export interface HubFolderOptions {
  /** The commit, 40 hexadecimal digits, so that the weights are the same ones next year. */
  readonly revision: string;
  /** Uses what earlier calls fetched, and no network. Default false. */
  readonly offline?: boolean;
  /** Default Hugging Face's own, which Python shares: `HF_HUB_CACHE`, or `~/.cache/huggingface/hub`. */
  readonly cacheDir?: string;
  /** For private and gated models. */
  readonly accessToken?: string;
  /** Address of another Hub. */
  readonly hubUrl?: string;
}

/** The files of a model that are read here. */
const SETTINGS =
  /^((config|preprocessor_config|processor_config|video_preprocessor_config|tokenizer|tokenizer_config|vocab|open_clip_config)\.json|merges\.txt)$/;
const WEIGHTS = /^model(-\d+-of-\d+)?\.safetensors(\.index\.json)?$/;
const OPEN_CLIP_WEIGHTS = /^open_clip_(pytorch_)?model\.safetensors$/;

const commit = passing(
  'a commit of 40 hexadecimal digits',
  (value): value is string => typeof value === 'string' && /^[0-9a-f]{40}$/.test(value),
);

const place = optionTable('hubFolder', { repo: text() }, ModelError);
const table = optionTable(
  'hubFolder',
  {
    revision: commit,
    offline: optional(flag(), false),
    cacheDir: optional(text()),
    accessToken: optional(text()),
    hubUrl: optional(text()),
  } satisfies Record<keyof HubFolderOptions, unknown>,
  ModelError,
);

/**
 * Fetches a model from the Hugging Face Hub, what is not in the cache yet, for `loadVideoMae`, `loadClipModel`,
 * `loadPatchTextEncoder` and `loadVideoMaeClassifier`. Needs the package `@huggingface/hub`.
 *
 * @param repo such as `MCG-NJU/videomae-base`.
 * @returns the folder.
 * @throws ModelError with `OPTION_INVALID`, `PACKAGE_MISSING`, `HUB_FAILED` when the Hub does not give the files, or
 *   `CHECKPOINT_NOT_FOUND` when `offline` and nothing was fetched before.
 */
export async function hubFolder(repo: string, options: HubFolderOptions): Promise<string> {
  place.check({ repo });
  const { revision, offline, ...given } = table.check(options);
  const hub = {
    repo,
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
  };
  const library = await optionalPackage('@huggingface/hub', () => import('@huggingface/hub'));
  if (offline) {
    const cache = options.cacheDir ?? library.getHFHubCachePath();
    const folder = join(
      cache,
      library.getRepoFolderName({ name: repo, type: 'model' }),
      'snapshots',
      revision,
    );
    if (await stat(folder).catch(() => undefined)) return folder;
    throw notFound(folder);
  }
  let folder: string | undefined;
  let hasWeights = false;
  try {
    const weights: { readonly path: string; readonly size: number }[] = [];
    const fetched = async ({
      path,
      size,
    }: {
      readonly path: string;
      readonly size: number;
    }): Promise<string> => {
      const file = await library.downloadFileToCacheDir({ revision, path, ...hub });
      const got = (await stat(file)).size;
      if (got !== size) throw new Error(`${file} has ${got} bytes, expected ${size}`);
      return dirname(file);
    };
    for await (const file of library.listFiles({ revision, ...hub })) {
      if (WEIGHTS.test(file.path) || OPEN_CLIP_WEIGHTS.test(file.path)) weights.push(file);
      else if (SETTINGS.test(file.path)) folder = await fetched(file);
    }
    for (const file of await ofOneLayout(folder, weights)) {
      folder = await fetched(file);
      hasWeights ||= file.path.endsWith('.safetensors');
    }
  } catch (cause) {
    throw hubNotReached(repo, revision, cause) ?? failed(repo, revision, String(cause), cause);
  }
  if (folder && hasWeights) return folder;
  throw failed(repo, revision, 'no safetensors');
}

/** The weights that are read of a model that lies there in two layouts: those of Hugging Face's class, where it has one. */
async function ofOneLayout<F extends { readonly path: string }>(
  folder: string | undefined,
  weights: readonly F[],
): Promise<readonly F[]> {
  const theirs = weights.filter(({ path }) => OPEN_CLIP_WEIGHTS.test(path));
  const others = weights.filter((file) => !theirs.includes(file));
  if (theirs.length === 0 || others.length === 0)
    return weights.slice(0, theirs.length === 0 ? undefined : 1);
  const config = folder && ((await readJsonIfThere(join(folder, 'config.json'))) as Json | undefined);
  return config && config.model_type !== undefined ? others : theirs.slice(0, 1);
}

function failed(repo: string, revision: string, received: string, cause?: unknown): ModelError {
  return new ModelError('HUB_FAILED', {
    where: `${repo} at ${revision}`,
    expected: 'a model with safetensors',
    received,
    ...(cause === undefined && {
      advice: 'A conversion may be on one of its pull requests, whose commit can be given.',
    }),
    cause,
  });
}
