import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { descriptionDifferences, showValue } from '@tgm/options';
import { readJsonFile, writeTextFile } from './json-file.js';
import { checkedJson, type FolderContext, type JsonTable } from './shard-folder.js';

/** An index that lies on the disk. */
export interface StoredIndex<Index extends object> {
  readonly index: Index;
  /** SHA-256 of the file. Each shard says of which index it is. */
  readonly digest: string;
}

const pathOf = (folder: string): string => join(folder, 'index.json');

/** @throws `missing`, `damaged`, `failed`; `different` for a later version. */
export async function readShardIndex<Index extends object>(
  context: FolderContext,
  table: JsonTable<Index>,
  version: number,
): Promise<StoredIndex<Index>> {
  const stored = await storedIndex(context, table, version);
  if (stored) return stored;
  throw context.fault('missing', {
    where: pathOf(context.folder),
    expected: `the index of ${context.things}`,
    received: 'none',
  });
}

/** @throws `different` where it is of something else, which names what differs; `damaged`, `failed` */
export async function openShardIndex<Index extends object>(
  context: FolderContext,
  table: JsonTable<Index>,
  version: number,
  index: Index,
): Promise<StoredIndex<Index>> {
  const { folder, things, fault } = context;
  const stored = await storedIndex(context, table, version);
  if (!stored) {
    const text = `${JSON.stringify({ version, ...index }, null, 2)}\n`;
    await writeTextFile(context, pathOf(folder), text);
    return { index, digest: digestOf(text) };
  }
  const differences = tellDifferences(stored.index, index);
  if (differences === undefined) return stored;
  throw fault('different', {
    where: folder,
    expected: `${things} of what was written there`,
    received: `other ones: ${differences}`,
    advice: 'Take what it was, or write into another folder.',
  });
}

/** In words, how two descriptions differ; undefined where they do not. */
export function tellDifferences(saved: object, now: object): string | undefined {
  const told = (value: unknown) => (value === undefined ? 'nothing' : showValue(value));
  const differences = descriptionDifferences(saved, now);
  if (differences.length === 0) return undefined;
  return differences.map((each) => `${each.option}: ${told(each.saved)}, now ${told(each.now)}`).join('; ');
}

async function storedIndex<Index extends object>(
  context: FolderContext,
  table: JsonTable<Index>,
  version: number,
): Promise<StoredIndex<Index> | undefined> {
  const path = pathOf(context.folder);
  const file = await readJsonFile(context, path, context.damagedIndex);
  if (!file) return undefined;
  const { version: found, ...index } = (file.value ?? {}) as { readonly version?: unknown };
  if (typeof found === 'number' && found > version)
    throw context.fault('different', {
      where: path,
      expected: `an index of version ${version}`,
      received: `version ${found}`,
    });
  return { index: checkedJson(context.damagedIndex, table, path, index), digest: digestOf(file.text) };
}

const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex');
