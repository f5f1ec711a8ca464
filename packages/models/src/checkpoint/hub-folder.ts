import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CheckpointNotFoundError, ConfigError, HubError } from '../errors.js';
import { optionalPackage } from '../optional-package.js';

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
const FILES =
  /^(config|preprocessor_config|tokenizer|tokenizer_config)\.json$|^model(-\d+-of-\d+)?\.safetensors(\.index\.json)?$/;

const COMMIT = /^[0-9a-f]{40}$/;

/**
 * Fetches a model from the Hugging Face Hub, what is not in the cache yet, for `loadVideoMae`, `loadClip` and
 * `loadVideoMaeClassifier`. Needs the package `@huggingface/hub`.
 *
 * @param repo such as `MCG-NJU/videomae-base`.
 * @returns the folder.
 * @throws ConfigError when the revision is no commit, PackageMissingError, HubError when the Hub does not give the files,
 *   CheckpointNotFoundError when `offline` and nothing was fetched before.
 */
export async function hubFolder(repo: string, options: HubFolderOptions): Promise<string> {
  const { revision, offline = false, ...hub } = options;
  if (!COMMIT.test(revision)) {
    throw new ConfigError('hubFolder', 'revision', 'a commit of 40 hexadecimal digits', revision);
  }
  const library = await optionalPackage('@huggingface/hub', () => import('@huggingface/hub'));
  if (offline) {
    const cache = hub.cacheDir ?? library.getHFHubCachePath();
    const folder = join(
      cache,
      library.getRepoFolderName({ name: repo, type: 'model' }),
      'snapshots',
      revision,
    );
    if (await stat(folder).catch(() => undefined)) return folder;
    throw new CheckpointNotFoundError(folder);
  }
  let folder: string | undefined;
  let hasWeights = false;
  try {
    for await (const { path, size } of library.listFiles({ repo, revision, ...hub })) {
      if (!FILES.test(path)) continue;
      const file = await library.downloadFileToCacheDir({ repo, revision, path, ...hub });
      const got = (await stat(file)).size;
      if (got !== size) throw new Error(`${file} has ${got} bytes, expected ${size}`);
      folder = dirname(file);
      hasWeights ||= path.endsWith('.safetensors');
    }
  } catch (cause) {
    throw new HubError(repo, revision, String(cause), { cause });
  }
  if (folder && hasWeights) return folder;
  const advice = 'a conversion may be on one of its pull requests, whose commit can be given';
  throw new HubError(repo, revision, `it has no safetensors there; ${advice}`);
}
