import { TgmError } from '@tgm/options';
import { configLines, configText } from '../config/config-text.js';
import { findConfig } from '../config/find-config.js';
import { resolveSections } from '../config/resolve-sections.js';
import { flagsOfSection, sectionFlags } from '../config/section-flags.js';
import { SECTIONS } from '../config/sections.js';
import { CliError } from '../program/errors.js';
import { EXIT_CODES } from '../program/exit-codes.js';
import { nearest } from '../program/nearest.js';
import { type Flag, parseFlags } from '../program/parse-flags.js';
import { peakMemory, peakMemoryText } from '../program/peak-memory.js';
import { Stopped } from '../program/run-program.js';
import { say, warn } from '../program/say.js';
import { version } from '../version.js';
import { COMMANDS } from './all.js';
import type { Command } from './command.js';
import { commandWords } from './command-words.js';
import { commandHelp, programHelp } from './help.js';
import { withoutFlags } from './without-flags.js';

const COMMON: ReadonlyMap<string, Flag> = new Map([
  ['config', { takesValue: true }],
  ['print-config', { takesValue: false }],
  ['json', { takesValue: false }],
]);

/** Does what a command line of `tgm` asks for. @returns the exit code. */
export async function runCommand(args: readonly string[], signal: AbortSignal): Promise<number> {
  const [name, ...own] = args;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    say(programHelp());
    return name === undefined ? EXIT_CODES.wrong : EXIT_CODES.done;
  }
  if (name === '--version') {
    say(version());
    return EXIT_CODES.done;
  }
  const json = own.includes('--json');
  const command = COMMANDS.find((each) => each.name === name);
  try {
    return await run(command ?? unknownCommand(name), own, signal);
  } catch (error) {
    if (json && error instanceof TgmError) say(JSON.stringify({ error: faultOf(error, name) }));
    if (json && error instanceof Stopped && !command?.serves)
      say(JSON.stringify({ reason: 'stopped', by: error.by }));
    throw error;
  }
}

/** @throws CliError `USAGE` with the nearest command. */
function unknownCommand(name: string): never {
  const names = COMMANDS.map((command) => command.name);
  const meant = nearest(name, names);
  throw new CliError('USAGE', {
    where: 'tgm',
    expected: `one of the commands ${names.join(', ')}`,
    received: `"${name}"`,
    advice: meant ? `Did you mean "${meant}"?` : 'tgm --help lists them.',
  });
}

async function run(command: Command, args: readonly string[], signal: AbortSignal): Promise<number> {
  const own = sectionFlags(command.sections);
  const program = `tgm ${command.name}`;
  const { help, flags, positionals, rest } = parseFlags(program, new Map([...own, ...COMMON]), args);
  if (help) {
    say(commandHelp(command));
    return EXIT_CODES.done;
  }
  const given = new Map([...flags, ...withoutFlags(command, positionals, rest, own, flags)]);
  const named = (given.get('config') as readonly string[] | undefined)?.[0];
  const file = command.sections.length > 0 ? await findConfig(named, process.cwd()) : undefined;
  for (const section of Object.keys(file?.values ?? {})) {
    // Editors complete a JSON file by its schema.
    if (section in SECTIONS || section === '$schema') continue;
    const meant = nearest(section, Object.keys(SECTIONS));
    throw new CliError('CONFIG_INVALID', {
      where: file!.place([section], 'name'),
      expected: `one of the sections ${Object.keys(SECTIONS).join(', ')}`,
      received: `"${section}"`,
      ...(meant && { advice: `Did you mean "${meant}"?` }),
    });
  }
  const sections = await resolveSections(command.sections, file, (section) =>
    flagsOfSection(section, own, given),
  );
  const text = configText(sections, program);
  if (given.get('print-config')) {
    say(text.trimEnd());
    return EXIT_CODES.done;
  }
  const lines = configLines(sections);
  if (lines.length > 0)
    warn(
      `${program}${file ? `, ${file.file}` : ''}; --print-config tells the defaults too\n${lines.join('\n')}`,
    );
  const json = given.get('json') === true;
  const result = await command.run({ sections, signal, json, configText: text });
  const peakBytes = command.long ? peakMemory() : undefined;
  if (json) say(JSON.stringify({ ...result.json, peakBytes }));
  else say(peakBytes === undefined ? result.text : `${result.text}\n${peakMemoryText(peakBytes)}`);
  return result.exitCode ?? EXIT_CODES.done;
}

function faultOf({ code, message, where, expected, received, advice }: TgmError, command: string) {
  const texts = { message, where, expected, received, ...(advice && { advice }) };
  const told = Object.entries(texts).map(([name, text]) => [name, commandWords(command, text)]);
  return { code, ...Object.fromEntries(told) };
}
