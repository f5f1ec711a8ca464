import { join } from 'node:path';
import { number, optional, optionTable, text, wholeNumber } from '@tgm/options';
import { configLines, configText } from '../config/config-text.js';
import { findConfig } from '../config/find-config.js';
import { resolveSections } from '../config/resolve-sections.js';
import { optionGroup, section } from '../config/section.js';
import { CliError } from '../program/errors.js';
import { warn } from '../program/say.js';
import { RUN_FILES } from '../training/run-folder.js';
import type { Command } from './command.js';
import { finetune } from './finetune.js';
import { pretrain } from './pretrain.js';

const STAGES = [pretrain, finetune];

/** What may be another one than before: none of it changes a number of the run. */
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
          'save and stop with exit code 75 when the program has run so long; default as before',
        ],
      }),
    ),
  ],
  positionals: [{ section: 'resume', option: 'run', shown: '<run>' }],
  long: true,
  async run({ sections, ...given }) {
    const { run: output, ...changes } = table.check(sections.resume!.values);
    const path = join(output, RUN_FILES.config);
    const file = await findConfig(path, process.cwd());
    const stage = STAGES.find(({ name }) => name in file!.values);
    if (stage === undefined)
      throw new CliError('INPUT_INVALID', {
        where: path,
        expected: `the configuration of a run, with one of the sections ${STAGES.map(({ name }) => name).join(', ')}`,
        received: `${Object.keys(file!.values).join(', ') || 'nothing'}`,
      });
    const own = Object.entries({ output, ...changes }).filter(([, value]) => value !== undefined);
    const flags = new Map(own.map(([name, value]) => [name, { flag: 'tgm resume', texts: [String(value)] }]));
    const resolved = await resolveSections(stage.sections, file, ({ name }) =>
      name === stage.name ? flags : new Map(),
    );
    warn(`tgm ${stage.name}, ${path}\n${configLines(resolved).join('\n')}`);
    return stage.run({ ...given, sections: resolved, configText: configText(resolved, `tgm ${stage.name}`) });
  },
};
