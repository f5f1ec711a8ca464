import { exportModel as write } from '../exporting/export-model.js';
import { type ExportModelOptions, exportSection } from '../exporting/export-section.js';
import { EXPORT_FILE } from '../exporting/remove-export.js';
import { writeResults } from '../measuring/write-results.js';
import { type TeacherOptions, teacherSection } from '../teacher/teacher-section.js';
import type { Command } from './command.js';

export const exportModel: Command = {
  name: 'export',
  says: 'Writes a model as ONNX files, and runs them by ONNX Runtime to see that they say what the model says',
  details: `Example:
  tgm export run --output onnx
  tgm export run --output onnx --encoder-only

encoder.onnx takes pixel_values [B, T, 3, H, W] and gives all tokens, classifier.onnx gives logits. A model that was pre-trained with
captions becomes video.onnx, and text.onnx of its CLIP with the files of the tokenizer: their cosine tells how near a video is to a text.
B is that of --batch, 1 by default: a file takes so many clips or texts at once, no more and no fewer. Pixels are float32, the ids of
texts int32. An earlier export in the folder goes away.
export.json says what another program has to know: shapes and types, the scale of the pixels, the names of the classes.`,
  sections: [teacherSection, exportSection],
  positionals: [{ section: 'export', option: 'model', shown: '<model>' }],
  long: true,
  async run({ sections }) {
    const options = sections.export!.values as unknown as ExportModelOptions;
    const exported = await write(options, sections.teacher!.values as TeacherOptions);
    const { output } = options;
    await writeResults(output, { [EXPORT_FILE]: exported });
    const width = Math.max(...exported.files.map(({ file }) => file.length));
    const lines = exported.files.map(
      ({ file, bytes, opset, domains, largestDifference, inputs, outputs, types }) => {
        const needs = [`opset ${opset}`, ...domains].join(', ');
        const mebibytes = (bytes / 2 ** 20).toFixed(1);
        const difference = largestDifference.toExponential(1);
        return `${file.padEnd(width)}  ${shapes(inputs, types)} -> ${shapes(outputs, types)}, ${mebibytes} MiB, ${needs}; differs by ${difference} at most`;
      },
    );
    return {
      json: { ...exported, output },
      text: [`${exported.model} in ${output}`, ...lines].join('\n'),
    };
  },
};

/** `pixel_values float32 [1, 16, 3, 224, 224]` */
const shapes = (
  values: Readonly<Record<string, readonly number[]>>,
  types: Readonly<Record<string, string>>,
): string =>
  Object.entries(values)
    .map(([name, shape]) => `${name} ${types[name]} [${shape.join(', ')}]`)
    .join(', ');
