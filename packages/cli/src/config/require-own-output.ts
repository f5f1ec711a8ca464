import { readdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { CliError } from '../program/errors.js';
import { CONFIG_FILE } from './save-config.js';
import { savedConfig } from './saved-config.js';

/** Commands whose output is a folder with a configuration. */
export type OutputCommand = 'pretrain' | 'finetune' | 'score' | 'shards' | 'probe' | 'evaluate';

const COMMANDS: readonly OutputCommand[] = ['pretrain', 'finetune', 'score', 'shards', 'probe', 'evaluate'];

/** What a file's name tells of its folder, and whose output that is. */
const HELD: readonly {
  readonly what: string;
  readonly names: RegExp;
  readonly of: readonly OutputCommand[];
}[] = [
  { what: 'a run', names: /^(events\.jsonl|run\.lock|step-\d{8})$/, of: ['pretrain', 'finetune'] },
  { what: 'shards', names: /\.tar$/, of: ['shards'] },
  { what: 'scores or features', names: /\.(safetensors|npy)$|^index\.json$/, of: ['score', 'probe'] },
  { what: 'videos', names: /\.(mp4|m4v|mov|mkv|webm|avi)$/i, of: [] },
];

export interface OwnOutput {
  readonly output: string;
  /** Path or paths of the videos that are read. */
  readonly source?: unknown;
}

/**
 * That a folder is not there yet, or holds nothing that is another command's: files of two commands in one folder replace each other, and
 * no reader knows which are meant. Nothing is written.
 *
 * @throws CliError `INPUT_INVALID` that says what is there.
 */
export async function requireOwnOutput(command: OutputCommand, { output, source }: OwnOutput): Promise<void> {
  const refused = (received: string) =>
    new CliError('INPUT_INVALID', {
      where: output,
      expected: `a folder of tgm ${command} alone, which need not be there yet`,
      received,
      advice: 'Name another one by --output.',
    });
  if (typeof source === 'string' && resolve(source) === resolve(output)) throw refused('that of the videos');
  // What is no folder is told by whoever writes there.
  const names = (await readdir(output).catch(() => [])).sort();
  for (const { what, names: pattern, of } of HELD) {
    const found = of.includes(command) ? undefined : names.find((name) => pattern.test(name));
    if (found !== undefined) throw refused(`one with ${what} (${found})`);
  }
  const saved = await savedConfig(output);
  const others = COMMANDS.filter((name) => name in saved);
  if (others.length > 0 && !others.includes(command)) {
    throw refused(`one of tgm ${others.join(', ')} (${CONFIG_FILE})`);
  }
}
