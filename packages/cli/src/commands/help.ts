import { flagName } from '../config/flag-name.js';
import type { About, OptionGroup, Section } from '../config/section.js';
import { dataSection, validationSection } from '../data/data-section.js';
import { isWritable } from '../program/read-text.js';
import { COMMANDS } from './all.js';
import type { Command } from './command.js';

const COMMON = `  --config <file>   configuration; default tgm.config.ts or tgm.config.json here
  --print-config    print the configuration as it stands, and do nothing
  --json            print the result as JSON
  --help`;

const TOGETHER = `  --mpi <library>   by what processes that mpirun or srun started work together: auto, none, open-mpi, mpich or
                    the path of a library; default auto, the launcher's
  --patience <s>    seconds for which one of them that shows no sign of life is waited for; default 30, and more where
                    steps are long`;

/** What `tgm --help` says. */
export function programHelp(): string {
  const names = COMMANDS.map(({ name, says }) => `  ${name.padEnd(10)} ${says}`);
  return `tgm <command> [options]: one command a stage

${names.join('\n')}

  tgm <command> --help   the options of a command, with an example
  tgm --version

Options may stand in tgm.config.ts or tgm.config.json, by section; flags stand over it.
Exit codes: 0 done, 1 failed, 3 loss not finite, 64 wrong options or data (never retry), 75 stopped with everything kept (run
it again), 130 and 143 stopped by a signal.`;
}

/** What `tgm <command> --help` says. */
export function commandHelp({
  name,
  says,
  details,
  sections,
  positionals = [],
  program,
  together,
}: Command): string {
  const usage = [
    `tgm ${name}`,
    ...positionals.map(({ shown }) => shown),
    '[options]',
    program && '[-- <program> <arguments>]',
  ];
  const blocks = sections.flatMap((section) => {
    if (section.name === validationSection.name)
      return [
        `validation, videos that are measured on:\n  the options of data as --validation.source and so on`,
      ];
    if (section.name !== dataSection.name || name === 'data') return blocksOf(section);
    return [`${blocksOf(section)[0]!}\n${optionsOfFormats(section)}`];
  });
  return `${usage.filter(Boolean).join(' ')}\n${says}.\n\n${details}\n\n${blocks.join('\n\n')}\n\n${together ? `${TOGETHER}\n` : ''}${COMMON}`;
}

/** The names of what each format has beside the options of all; `tgm data --help` tells them. */
function optionsOfFormats({ groups }: Section): string {
  const always = new Set(groups.filter(({ when }) => !when).flatMap(({ about }) => Object.values(about)));
  const lines = groups.flatMap(({ when, about, table }) => {
    const own = Object.entries(about).filter(
      ([option, line]) => !always.has(line) && isWritable(table.fields[option]!),
    );
    return when && own.length > 0
      ? [
          `    ${when.replace('--format ', '').padEnd(INDENT - 4)}${own.map(([option]) => `--${flagName(option)}`).join(', ')}`,
        ]
      : [];
  });
  return `  and what its format asks for, told by tgm data --help:\n${lines.join('\n')}`;
}

/** The options of a section: those that are always there, those of several groups, and the rest of each group. */
function blocksOf({ name, groups }: Section): string[] {
  const always = new Set(
    groups.filter(({ when }) => when === undefined).flatMap(({ about }) => Object.values(about)),
  );
  const special = groups.filter(({ when }) => when !== undefined);
  const times = (line: About): number =>
    special.filter(({ about }) => Object.values(about).includes(line)).length;
  const shared = new Map<About, string>();
  for (const { about } of special)
    for (const [option, line] of Object.entries(about))
      if (!always.has(line) && times(line) > 2) shared.set(line, option);
  const block = (
    title: string,
    lines: readonly (readonly [string, About])[],
    table?: OptionGroup['table'],
  ): string[] => {
    const written = lines.filter(([option]) => !table || isWritable(table.fields[option]!));
    return written.length === 0 ? [] : [`${title}:\n${written.map(optionLine).join('\n')}`];
  };
  return [
    ...groups.flatMap(({ when, about, table }) =>
      when === undefined ? block(name, Object.entries(about), table) : [],
    ),
    ...block(
      'with annotations',
      [...shared].filter(([[value]]) => value !== '').map(([line, option]) => [option, line]),
    ),
    ...special.flatMap(({ when, about, table }) =>
      block(
        `with ${when}`,
        Object.entries(about).filter(([, line]) => !always.has(line) && !shared.has(line)),
        table,
      ),
    ),
  ];
}

/** Columns of a terminal that nobody made wider. */
const WIDTH = 110;
const INDENT = 30;

function optionLine([option, [value, says]]: readonly [string, About]): string {
  const flag = `  --${flagName(option)}${value && ` ${value}`}`;
  const lines = [''];
  for (const word of says.split(' ')) {
    const longer = `${lines.at(-1)} ${word}`.trimStart();
    if (longer.length > WIDTH - INDENT) lines.push(word);
    else lines[lines.length - 1] = longer;
  }
  const [first, ...rest] =
    flag.length < INDENT ? [flag.padEnd(INDENT) + lines[0], ...lines.slice(1)] : [flag, ...lines];
  return [first, ...rest.map((line) => ' '.repeat(INDENT) + line)].join('\n');
}
