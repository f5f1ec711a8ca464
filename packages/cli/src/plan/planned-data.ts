import { TgmError } from '@tgm/options';
import type { OptionGroup, Section } from '../config/section.js';
import { type DataOptions, dataSection } from '../data/data-section.js';
import { openDataset } from '../data/open-dataset.js';

/** What is not here is not read: then nothing can be wrong with it. */
const unread = (group: OptionGroup): OptionGroup => ({
  ...group,
  table: {
    ...group.table,
    faults: () => [],
    check: (options) => options as ReturnType<OptionGroup['table']['check']>,
  },
});

/** The videos of a configuration, where there are any. A plan is also made on another machine than that of the training. */
export const plannedDataSection: Section = {
  ...dataSection,
  optional: true,
  choose: (given) => dataSection.choose(given).catch(() => unread(dataSection.groups[0]!)),
};

/**
 * How many videos a configuration has.
 *
 * @returns why they were not counted where they are not here.
 */
export async function countVideos(values: object): Promise<number | string> {
  try {
    const { length } = await openDataset(values as DataOptions);
    return length > 0 ? length : 'there are none';
  } catch (error) {
    if (error instanceof TgmError) return error.message;
    throw error;
  }
}
