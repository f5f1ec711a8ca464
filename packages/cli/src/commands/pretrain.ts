import { progressLine } from '@tgm/train';
import { requireOwnOutput } from '../config/require-own-output.js';
import type { DataOptions } from '../data/data-section.js';
import { dataSection } from '../data/data-section.js';
import { openDataset } from '../data/open-dataset.js';
import { progress } from '../program/progress.js';
import { warn } from '../program/say.js';
import { type TeacherOptions, teacherSection } from '../teacher/teacher-section.js';
import { leakWarning } from '../training/leak-warning.js';
import { pretrainSection } from '../training/pretrain-section.js';
import { runPretraining } from '../training/run-pretraining.js';
import { pretrainingOf } from '../training/stage-of.js';
import { trainedResult } from '../training/trained-result.js';
import { trainedText } from '../training/trained-text.js';
import type { Command } from './command.js';

export const pretrain: Command = {
  name: 'pretrain',
  says: 'Pre-trains a video masked autoencoder, guided by captions or motion where the preset says so',
  details: `Example:
  tgm pretrain videos --preset mgm-b-k400 --laptop --output run
  tgm pretrain k400/train.csv --videos k400/train --preset videomae-s-k400 --length.accumulate 64 --output run
  tgm watch run
  tgm resume run

Stop it at any time, by Ctrl-C, a scheduler's SIGTERM or SIGUSR1, or --stop-after: it saves, and the same command goes on bit for
bit, as does tgm resume. Other options are refused. The folder holds checkpoints that open in Python, events.jsonl, report.html and
files for TensorBoard.`,
  sections: [dataSection, teacherSection, pretrainSection],
  positionals: [{ section: 'data', option: 'source', shown: '<videos>' }],
  long: true,
  together: true,
  async run({ sections, signal, configText, collective }) {
    const { settings, run } = pretrainingOf(sections.pretrain!.values);
    if (collective.rank === 0)
      await requireOwnOutput('pretrain', { output: run.output, source: sections.data!.values.source });
    const warning = leakWarning(settings);
    if (warning) warn(`  ${warning}`);
    const dataset = await openDataset(sections.data!.values as unknown as DataOptions);
    let shown: ReturnType<typeof progress> | undefined;
    const trained = await runPretraining({
      ...run,
      dataset,
      settings,
      teacher: sections.teacher!.values as TeacherOptions,
      configText,
      signal,
      collective,
      sinks: [progressLine()],
      onTeacher: ({ says }) => warn(`  ${says}`),
      onCaptions(done, total) {
        shown ??= progress('captions', total, 'captions', 0, process.stderr);
        shown.update(done);
        if (done === total) shown.end();
      },
    });
    return trainedResult(trained, { signal, collective }, trainedText(trained));
  },
};
