import { flagName } from '../config/flag-name.js';
import { sectionFlags } from '../config/section-flags.js';
import { COMMANDS } from './all.js';

/** Functions of the packages that are a command each. */
const COMMAND_OF: Readonly<Record<string, string>> = {
  prepareShards: 'tgm shards',
  writeScores: 'tgm score',
};

/**
 * What a package says of its functions and their options, as it is on a command line: `tgm shards` for `prepareShards`,
 * `--refused-share` for the option `refusedShare`. What the command has no flag for stays.
 */
export function commandWords(name: string | undefined, text: string): string {
  const command = COMMANDS.find((each) => each.name === name);
  if (command === undefined) return text;
  const flags = sectionFlags(command.sections);
  const flagOf = (told: string, option: string): string =>
    flags.has(flagName(option)) ? `--${flagName(option)}` : told;
  return text
    .replace(/(Call )?`?\b(prepareShards|writeScores)\b`?/g, (_, call, name) => {
      const shown = COMMAND_OF[name]!;
      return call ? `Run \`${shown}\`` : shown;
    })
    .replace(/\bmpiProcesses, option library\b/g, '--mpi')
    .replace(/\b(?:mpiProcesses, |the )?option patience\b/g, '--patience')
    .replace(/\bmpiProcesses\b/g, `tgm ${name}`)
    .replace(/\b(?:the )?option ([a-z][\w.]*\w)/g, flagOf)
    .replace(/(?<=\bWith )`([a-z]\w*)`/g, flagOf);
}
