import { optionGroup, section } from '../config/section.js';
import { type DataFactsOptions, dataFacts, dataFactsTable } from '../data/data-facts.js';
import { dataFactsText } from '../data/data-facts-text.js';
import { type DataOptions, dataSection } from '../data/data-section.js';
import { openDataset } from '../data/open-dataset.js';
import { progress } from '../program/progress.js';
import type { Command } from './command.js';

const inspection = section(
  'inspect',
  optionGroup(dataFactsTable, {
    probe: ['<n>', 'videos that are opened for durations, sizes and codecs; default 200, 0 for none'],
    threads: ['<n>', 'threads that open them; default 2'],
  }),
);

export const data: Command = {
  name: 'data',
  says: 'Tells what a data set holds: samples, missing files and captions, classes, durations',
  details: `Examples:
  tgm data videos
  tgm data k400/train.csv --videos k400/train --layout by-class --json

Videos that are opened are spread evenly over the data set; all others are looked for on the disk.`,
  sections: [dataSection, inspection],
  positionals: [{ section: 'data', option: 'source', shown: '<videos>' }],
  async run({ sections, signal }) {
    const dataset = await openDataset(sections.data!.values as unknown as DataOptions);
    const shown = progress('samples', dataset.length, 'read', 0, process.stderr);
    const options = sections.inspect!.values as DataFactsOptions;
    const facts = await dataFacts(dataset, options, signal, (counted) => shown.update(counted));
    shown.end();
    return {
      json: { name: dataset.name, format: dataset.format, ...facts },
      text: dataFactsText(dataset.name, dataset.format, facts),
    };
  },
};
