import { requireOwnOutput } from '../config/require-own-output.js';
import { saveConfig } from '../config/save-config.js';
import { type DataOptions, dataSection, validationSection } from '../data/data-section.js';
import { openDataset } from '../data/open-dataset.js';
import { figuresText } from '../measuring/figures-text.js';
import { probeModel } from '../measuring/probe-model.js';
import { PROBE_RUN_FIELDS, type ProbeRunOptions } from '../measuring/probe-options.js';
import { type ProbeConfig, probeSection } from '../measuring/probe-section.js';
import { writeResults } from '../measuring/write-results.js';
import { optionsIn, settingsIn } from '../presets/settings-section.js';
import type { Command } from './command.js';

export const probe: Command = {
  name: 'probe',
  says: 'Probes a frozen encoder: what linear and attentive classifiers and nearest neighbours make of its features',
  details: `Example:
  tgm probe run --preset probe-b-ssv2 --laptop --source train --classes folders --validation.source test --validation.classes folders --output probed

It learns from the videos of data and is tested on those of validation. Features are kept in the folder of --features. All figures
are per cent, with the interval of 95 % that the choice of the test videos leaves. The linear probe by SGD is that of VideoMAE's paper;
lbfgs is the best linear classifier and depends on no rate. The attentive probe sees the tokens of one view of each video.
result.json has them, and what each protocol chose. Under mpirun the features are shared out, in a folder that all hosts see; one
process learns from them.`,
  sections: [{ ...validationSection, optional: false }, dataSection, probeSection],
  positionals: [{ section: 'probe', option: 'model', shown: '<model>' }],
  long: true,
  together: true,
  async run({ sections, signal, configText, collective }) {
    const values = sections.probe!.values as unknown as ProbeConfig;
    const isFirst = collective.rank === 0;
    if (isFirst)
      await requireOwnOutput('probe', { output: values.output, source: sections.data!.values.source });
    const train = await openDataset(sections.data!.values as unknown as DataOptions);
    const test = await openDataset(sections.validation!.values as unknown as DataOptions);
    const run = optionsIn(PROBE_RUN_FIELDS, values) as unknown as ProbeRunOptions;
    const options = { ...run, settings: settingsIn('probe', values) };
    const { mteb, ...result } = await probeModel(train, test, options, signal, collective);
    const { output } = values;
    if (isFirst) {
      await writeResults(output, {
        'result.json': result,
        ...(mteb && { [`${mteb.task_name}.json`]: mteb }),
      });
      await saveConfig(output, configText);
    }
    const unread = result.train.leftOut.length + result.test.leftOut.length;
    const left = unread === 0 ? '' : `; ${unread} cannot be read`;
    const head = `${result.model}, learned from ${result.train.videos} videos, tested on ${result.test.videos}${left}`;
    return {
      json: { ...result, ...(mteb && { mteb }), output },
      text: [head, ...figuresText(result.figures), `in ${output}`].join('\n'),
    };
  },
};
