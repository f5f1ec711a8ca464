import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Json, number, optional, optionTable, text, wholeNumber } from '@tgm/options';
import { type Collective, gatherJson } from '@tgm/train';
import type { ConfigFile } from '../config/config-file.js';
import { configLines, configText } from '../config/config-text.js';
import { findConfig } from '../config/find-config.js';
import { isPlain } from '../config/layers.js';
import { resolveSections } from '../config/resolve-sections.js';
import { optionGroup, section } from '../config/section.js';
import { CliError } from '../program/errors.js';
import { warn } from '../program/say.js';
import { RUN_FILES } from '../training/run-folder.js';
import type { Command } from './command.js';
import { finetune } from './finetune.js';
import { pretrain } from './pretrain.js';

const STAGES = [pretrain, finetune];

/** What may be another one than before, for this call: none of it changes a number of the run. */
const table = optionTable(
  'resume',
  {
    run: text(),
    threads: optional(wholeNumber({ from: 1 })),
    stopAfter: optional(number({ above: 0 })),
  },
  CliError,
);

export const resume: Command = {
  name: 'resume',
  says: 'Goes on with a pre-training or a fine-tuning where it was stopped or killed',
  details: `Example:
  tgm resume run
  tgm resume run --stop-after 230

The folder's tgm.config.json says what the run is. It may lie elsewhere by now; the videos have to be where they were.`,
  sections: [
    section(
      'resume',
      optionGroup(table, {
        run: ['<folder>', 'the folder that was given as --output'],
        threads: ['<n>', 'threads that decode videos; default as before'],
        stopAfter: [
          '<minutes>',
          'save and stop with exit code 75 when the program has run so long; default never',
        ],
      }),
    ),
  ],
  positionals: [{ section: 'resume', option: 'run', shown: '<run>' }],
  long: true,
  together: true,
  async run({ sections, ...given }) {
    const { run: output, ...changes } = table.check(sections.resume!.values);
    const path = join(output, RUN_FILES.config);
    const file = await configOf(path, given.collective);
    if (file === undefined) throw noRun(output);
    const stage = STAGES.find(({ name }) => name in file.values);
    if (stage === undefined)
      throw new CliError('INPUT_INVALID', {
        where: path,
        expected: `the configuration of a run, with one of the sections ${STAGES.map(({ name }) => name).join(', ')}`,
        received: `${Object.keys(file.values).join(', ') || 'nothing'}`,
      });
    const saved = withoutLimit(file, stage.name);
    const sectionsWith = (options: object) => {
      const own = Object.entries(options).filter(([, value]) => value !== undefined);
      const flags = new Map(
        own.map(([name, value]) => [name, { flag: 'tgm resume', texts: [String(value)] }]),
      );
      return resolveSections(stage.sections, saved, ({ name }) => (name === stage.name ? flags : new Map()));
    };
    const resolved = await sectionsWith({ output, ...changes });
    warn(`tgm ${stage.name}, ${path}\n${configLines(resolved).join('\n')}`);
    // What holds for this call alone is not kept in the folder.
    const kept = configText(await sectionsWith({ output }), `tgm ${stage.name}`);
    return stage.run({ ...given, sections: resolved, configText: kept });
  },
};

/** The configuration of a run. Of several processes the first alone has to have its folder. */
async function configOf(path: string, collective: Collective): Promise<ConfigFile | undefined> {
  const reads = collective.rank === 0 && existsSync(path);
  const own = reads ? await findConfig(path, process.cwd()) : undefined;
  const [values] = await gatherJson(collective, (own?.values ?? null) as Json);
  if (!isPlain(values)) return undefined;
  return own ?? { file: path, folder: dirname(path), values, place: () => path };
}

/** A run's configuration without the limit of an earlier call's time. */
function withoutLimit(file: ConfigFile, stage: string): ConfigFile {
  const { [stage]: options, ...others } = file.values;
  if (!isPlain(options)) return file;
  const { stopAfter: _, ...kept } = options;
  return { ...file, values: { ...others, [stage]: kept } };
}

const noRun = (folder: string): CliError =>
  new CliError('INPUT_INVALID', {
    where: folder,
    expected: 'the folder of a run',
    received: existsSync(folder) ? `one without ${RUN_FILES.config}` : 'nothing there',
    advice: 'Name what was given as --output of tgm pretrain or tgm finetune.',
  });
