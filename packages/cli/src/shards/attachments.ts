import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CliError } from '../program/errors.js';

/** A file that goes along with a sample's video. */
export interface Attachment {
  /** Ending under which it stands in the shard. */
  readonly ending: string;
  readonly name: string;
}

/** Those of some file names that belong to a sample: its id, slashes as `_`, then a dot and the ending. */
export function attachmentsOf(id: string, names: readonly string[]): Attachment[] {
  const stem = `${id.replaceAll('/', '_')}.`;
  return names
    .filter((name) => name.startsWith(stem))
    .map((name) => ({ ending: name.slice(stem.length), name }));
}

/**
 * Gives the files of a folder that belong to a sample, for `prepareShards`.
 *
 * @throws CliError `INPUT_INVALID` where the folder cannot be read.
 */
export async function attachmentsIn(folder: string) {
  const names = await readdir(folder).catch((cause: Error) => {
    throw new CliError('INPUT_INVALID', {
      where: folder,
      expected: 'a folder of files to attach',
      received: cause.message,
      cause,
    });
  });
  return async ({ id }: { readonly id: string }): Promise<Record<string, Uint8Array>> => {
    const files = attachmentsOf(id, names).map(
      async ({ ending, name }) => [ending, await readFile(join(folder, name))] as const,
    );
    return Object.fromEntries(await Promise.all(files));
  };
}
