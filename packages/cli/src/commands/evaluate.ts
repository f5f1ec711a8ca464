import { join } from 'node:path';
import { requireOwnOutput } from '../config/require-own-output.js';
import { saveConfig, saveText } from '../config/save-config.js';
import { type DataOptions, validationSection } from '../data/data-section.js';
import { openDataset } from '../data/open-dataset.js';
import { evaluateModel } from '../measuring/evaluate-model.js';
import { type EvaluateConfig, evaluateSection } from '../measuring/evaluate-section.js';
import { figuresText } from '../measuring/figures-text.js';
import { viewsText } from '../measuring/views.js';
import { writeResults } from '../measuring/write-results.js';
import { type TeacherOptions, teacherSection } from '../teacher/teacher-section.js';
import type { Command } from './command.js';

export const evaluate: Command = {
  name: 'evaluate',
  says: 'Measures a model on videos with labels or captions: a classifier, or one that was pre-trained with captions',
  details: `Example:
  tgm evaluate run --source test --classes folders --output results

The videos are those of the section validation. A classifier says the classes of several views of each video. A model that was
pre-trained with captions finds videos by their captions and captions by their videos, and tells classes by texts about them. Accuracies
and recalls are per cent; each figure has the interval of 95 % that the choice of the videos leaves. A frozen encoder is measured by
tgm probe.
Under mpirun the videos are shared out; the folder of --features must be one that all hosts see. The figures are those of one process.
With --output: result.json, and predictions.jsonl of a classifier, a line for each video.`,
  sections: [{ ...validationSection, optional: false }, teacherSection, evaluateSection],
  positionals: [{ section: 'evaluate', option: 'model', shown: '<model>' }],
  long: true,
  together: true,
  async run({ sections, signal, configText, collective }) {
    const { output, ...options } = sections.evaluate!.values as unknown as EvaluateConfig;
    if (output !== undefined && collective.rank === 0)
      await requireOwnOutput('evaluate', { output, source: sections.validation!.values.source });
    const dataset = await openDataset(sections.validation!.values as unknown as DataOptions);
    const teacher = sections.teacher!.values as TeacherOptions;
    const { predictions, mteb, ...result } = await evaluateModel(
      dataset,
      options,
      teacher,
      signal,
      collective,
    );
    if (output !== undefined && collective.rank === 0) {
      await writeResults(output, {
        'result.json': result,
        ...(mteb && { [`${mteb.task_name}.json`]: mteb }),
      });
      const lines = predictions?.map((each) => `${JSON.stringify(each)}\n`).join('');
      if (lines !== undefined) await saveText(join(output, 'predictions.jsonl'), lines);
      await saveConfig(output, configText);
    }
    const left = result.leftOut.length === 0 ? '' : `; ${result.leftOut.length} cannot be read`;
    const head = `${result.videos} videos of ${result.data} by ${result.model}, ${viewsText(result.test)}${left}`;
    return {
      json: { ...result, ...(mteb && { mteb }), ...(output !== undefined && { output }) },
      text: [head, ...figuresText(result.figures), ...(output ? [`in ${output}`] : [])].join('\n'),
    };
  },
};
