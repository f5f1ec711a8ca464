import { join } from 'node:path';
import { progressLine } from '@tgm/train';
import { requireOwnOutput } from '../config/require-own-output.js';
import type { DataOptions } from '../data/data-section.js';
import { dataSection, validationSection } from '../data/data-section.js';
import { openDataset } from '../data/open-dataset.js';
import { figuresText } from '../measuring/figures-text.js';
import { progress } from '../program/progress.js';
import { warn } from '../program/say.js';
import { finetuneSection } from '../training/finetune-section.js';
import { requireNoTest } from '../training/require-no-test.js';
import { type FinetunedRun, runFinetuning } from '../training/run-finetuning.js';
import { RUN_FILES } from '../training/run-folder.js';
import { finetuningOf } from '../training/stage-of.js';
import { trainedResult } from '../training/trained-result.js';
import { trainedText } from '../training/trained-text.js';
import type { Command } from './command.js';

export const finetune: Command = {
  name: 'finetune',
  says: 'Fine-tunes a pre-trained encoder to a classifier, and tests it on several views of each video',
  details: `Example:
  tgm finetune train --classes folders --preset finetune-b-k400 --laptop --pretrained run --output tuned
  tgm finetune train --classes folders --preset finetune-b-k400 --validation.source test --validation.classes folders --output tuned
  tgm evaluate tuned --source test --classes folders

Without --pretrained it begins from drawn weights. The validation videos are tested behind the last step, in the views that the
preset has; result.json in the folder has the figures with their 95 % intervals. It stops and goes on as tgm pretrain does.`,
  sections: [validationSection, dataSection, finetuneSection],
  positionals: [{ section: 'data', option: 'source', shown: '<videos>' }],
  long: true,
  together: true,
  async run({ sections, signal, configText, collective }) {
    const { settings, run } = finetuningOf(sections.finetune!.values);
    if (collective.rank === 0)
      await requireOwnOutput('finetune', { output: run.output, source: sections.data!.values.source });
    const tests = sections.validation?.values as unknown as DataOptions | undefined;
    if (!tests && collective.rank === 0) await requireNoTest(run.output);
    const dataset = await openDataset(sections.data!.values as unknown as DataOptions);
    let shown: ReturnType<typeof progress> | undefined;
    const trained = await runFinetuning({
      ...run,
      dataset,
      settings,
      configText,
      signal,
      collective,
      sinks: [progressLine()],
      ...(tests && { validation: await openDataset(tests) }),
      onTest(done, total = done) {
        shown ??= progress('test', total, 'videos', 0, process.stderr);
        shown.update(done);
      },
    });
    shown?.end();
    for (const { id, code, message } of trained.test?.leftOut ?? [])
      warn(`  left out ${id}: ${code}, ${message}`);
    const test = trained.reason === 'completed' ? testLines(trained) : [];
    return trainedResult(trained, { signal, collective }, [trainedText(trained), ...test].join('\n'));
  },
};

/** What the test told, or why there is nothing to tell. */
function testLines({ test, output }: FinetunedRun): string[] {
  if (!test) return ['test    none: no validation videos are given'];
  const { videos, leftOut, figures } = test;
  const left = leftOut.length === 0 ? '' : `; ${leftOut.length} cannot be read`;
  return [`test    ${videos} videos${left}, in ${join(output, RUN_FILES.result)}`, ...figuresText(figures)];
}
