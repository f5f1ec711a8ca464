import { TgmError } from '@tgm/options';
import { type Collective, launchedBy } from '@tgm/train';
import { configLines, configText } from '../config/config-text.js';
import { findConfig } from '../config/find-config.js';
import { resolveSections } from '../config/resolve-sections.js';
import { flagsOfSection, type SectionFlag, sectionFlags } from '../config/section-flags.js';
import { SECTIONS } from '../config/sections.js';
import { CliError } from '../program/errors.js';
import { EXIT_CODES } from '../program/exit-codes.js';
import { explain } from '../program/explain.js';
import { nearest } from '../program/nearest.js';
import { type Flag, parseFlags } from '../program/parse-flags.js';
import { peakMemory, peakMemoryText } from '../program/peak-memory.js';
import { Stopped } from '../program/run-program.js';
import { beSilent, complain, say, warn } from '../program/say.js';
import { endTogether, failTogether } from '../ranks/end-together.js';
import { letFirstSpeak } from '../ranks/let-first-speak.js';
import { openCollective } from '../ranks/open-collective.js';
import { processesText } from '../ranks/processes-text.js';
import { requireSameCommand } from '../ranks/require-same-command.js';
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
  ['mpi', { takesValue: true }],
]);

/** Of commands that several processes can do together. */
const TOGETHER: ReadonlyMap<string, Flag> = new Map([['patience', { takesValue: true }]]);

/** Does what a command line of `tgm` asks for. @returns the exit code. */
export async function runCommand(args: readonly string[], signal: AbortSignal): Promise<number> {
  const [name, ...own] = args;
  // What is wrong with a command line, and what --help and --version say, is the same for all processes of a launcher.
  const ownRank = launchedBy(process.env)?.rank?.value ?? 0;
  const isFirst = ownRank === 0;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    if (isFirst) say(programHelp());
    else if (name === undefined && (await letFirstSpeak(signal)))
      complain(`rank ${ownRank}: no command\n\n${programHelp()}`);
    return name === undefined ? EXIT_CODES.wrong : EXIT_CODES.done;
  }
  if (name === '--version') {
    if (isFirst) say(version());
    return EXIT_CODES.done;
  }
  const json = own.includes('--json');
  const command = COMMANDS.find((each) => each.name === name);
  let collective: Collective | undefined;
  try {
    const found = command ?? unknownCommand(name);
    const line = commandLine(found, own);
    if (line.help) {
      if (isFirst) say(commandHelp(found));
      return EXIT_CODES.done;
    }
    const { name: stage, together = false } = found;
    collective = await openCollective({
      program: `tgm ${stage}`,
      together,
      mpi: textBehind(line, 'mpi') ?? 'auto',
      patience: textBehind(line, 'patience'),
    });
    if (collective.rank > 0) beSilent();
    await requireSameCommand(collective, { command: stage, output: textBehind(line, 'output') });
    if (collective.size > 1) warn(`${processesText(collective)} work together`);
    return await endTogether(collective, await run(found, line, signal, collective));
  } catch (error) {
    const tell = (what: unknown) => {
      if (json && what instanceof TgmError) say(JSON.stringify({ error: faultOf(what, name) }));
      if (json && what instanceof Stopped && !command?.serves)
        say(JSON.stringify({ reason: 'stopped', by: what.by }));
    };
    if (collective === undefined || collective.size === 1) {
      if (!isFirst && collective === undefined) {
        beSilent();
        if (saysAtOnce(error) || (await letFirstSpeak(signal)))
          complain(`\nrank ${ownRank}: ${commandWords(name, explain(error))}`);
      }
      tell(error);
      throw error;
    }
    const { rank } = collective;
    return failTogether(collective, error, (counts, isOwn) => {
      tell(counts);
      const by = rank > 0 ? `rank ${rank}: ` : '';
      if (isOwn) complain(`\n${by}${commandWords(name, explain(counts))}`);
    });
  }
}

/** Whether an error is of this process alone: it waits for another one, which may be the first. */
const saysAtOnce = (error: unknown): boolean => error instanceof TgmError && error.code === 'RANK_SILENT';

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

/** What stands behind a command. */
interface CommandArguments {
  readonly help: boolean;
  /** The flags that the command has. */
  readonly own: ReadonlyMap<string, SectionFlag>;
  /** Those that are there, and what stands without one. */
  readonly given: ReadonlyMap<string, readonly string[] | boolean>;
}

/** @throws CliError `USAGE` */
function commandLine(command: Command, args: readonly string[]): CommandArguments {
  const own = sectionFlags(command.sections);
  const known = new Map([...own, ...COMMON, ...(command.together ? TOGETHER : [])]);
  const { help, flags, positionals, rest } = parseFlags(`tgm ${command.name}`, known, args);
  if (help) return { help, own, given: flags };
  const given = new Map([...flags, ...withoutFlags(command, positionals, rest, own, flags)]);
  return { help, own, given };
}

const textBehind = ({ given }: CommandArguments, flag: string): string | undefined =>
  (given.get(flag) as readonly string[] | undefined)?.[0];

async function run(
  command: Command,
  line: CommandArguments,
  signal: AbortSignal,
  collective: Collective,
): Promise<number> {
  const { own, given } = line;
  const program = `tgm ${command.name}`;
  const file =
    command.sections.length > 0 ? await findConfig(textBehind(line, 'config'), process.cwd()) : undefined;
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
  const result = await command.run({ sections, signal, json, configText: text, collective });
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
