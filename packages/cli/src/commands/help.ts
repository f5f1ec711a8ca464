import { flagName } from '../config/flag-name.js';
import { isWritable } from '../program/read-text.js';
import { COMMANDS } from './all.js';
import type { Command } from './command.js';

const COMMON = `  --config <file>   configuration; default tgm.config.ts or tgm.config.json here
  --print-config    print the configuration as it stands, and do nothing
  --json            print the result as JSON
  --help`;

/** What `tgm --help` says. */
export function programHelp(): string {
  const names = COMMANDS.map(({ name, says }) => `  ${name.padEnd(10)} ${says}`);
  return `tgm <command> [options]: one command a stage

${names.join('\n')}

  tgm <command> --help   the options of a command, with an example

Options may stand in tgm.config.ts or tgm.config.json, by section; flags stand over it.
Exit codes: 0 done, 1 failed, 3 loss not finite, 64 wrong options or data (never retry), 75 stopped with everything kept (run
it again), 130 and 143 stopped by a signal.`;
}

/** What `tgm <command> --help` says. */
export function commandHelp(command: Command): string {
  const { name, says, details, sections, positional, program } = command;
  const usage = [`tgm ${name}`, positional?.shown, '[options]', program && '[-- <program> <arguments>]'];
  const groups = sections.flatMap(({ name: section, groups: own }) =>
    own.map((group) => ({ section, group })),
  );
  const common = new Map<string, string>();
  const blocks = groups.map(({ section, group }) => {
    const options = Object.entries(group.about).filter(
      ([option]) => common.get(option) !== section || group.when === undefined,
    );
    if (group.when === undefined) for (const [option] of options) common.set(option, section);
    const lines = options.flatMap(([option, [value, text]]) => {
      const field = group.table.fields[option];
      return field && isWritable(field) ? [optionLine(option, value, text)] : [];
    });
    const title = group.when ? `with ${group.when}` : section;
    return lines.length === 0 ? '' : `${title}:\n${lines.join('\n')}\n\n`;
  });
  return `${usage.filter(Boolean).join(' ')}\n${says}.\n\n${details}\n\n${blocks.join('')}${COMMON}`;
}

const optionLine = (option: string, value: string, says: string): string => {
  const flag = `--${flagName(option)}${value && ` ${value}`}`;
  return flag.length > 26 ? `  ${flag}\n${' '.repeat(30)}${says}` : `  ${flag.padEnd(27)} ${says}`;
};
