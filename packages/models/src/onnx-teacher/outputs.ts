import type { OnnxArray, OnnxFile } from '@tgm/tfjs-backend-onnx';
import { ModelError } from '../errors.js';
import { unfit } from './fault.js';

/** What a teacher's files give: names that are looked for where none is given, the first one first. */
const NAMES = {
  patches: ['patch_embeds', 'last_hidden_state'],
  attention: ['attention'],
  text: ['text_embeds', 'sentence_embedding', 'pooler_output'],
} as const;

export type TeacherOutput = keyof typeof NAMES;

/**
 * The name of an output of a file: the one that is given, a known one, or the only one.
 * @throws ModelError with `OPTION_INVALID`
 */
export function outputOf(
  path: string,
  file: OnnxFile,
  which: TeacherOutput,
  given: string | undefined,
): string {
  const there = file.outputs.map(({ name }) => name);
  const known = NAMES[which].find((name) => there.includes(name));
  const found = given ?? known ?? (there.length === 1 ? there[0] : undefined);
  if (found !== undefined && there.includes(found)) return found;
  throw new ModelError('OPTION_INVALID', {
    where: `onnxPatchTextEncoder, option outputs.${which}`,
    expected: `one of the outputs of ${path}: ${there.join(', ')}`,
    received: given ?? 'none',
  });
}

/** The same of one that a file may lack. */
export function optionalOutputOf(
  path: string,
  file: OnnxFile,
  which: TeacherOutput,
  given: string | undefined,
): string | undefined {
  const known = NAMES[which].some((name) => file.outputs.some((output) => output.name === name));
  return given !== undefined || known ? outputOf(path, file, which, given) : undefined;
}

/** @throws ModelError with `ONNX_FILE_UNFIT` for what is no float32, or not finite */
export function floatsOf(
  path: string,
  name: string,
  { shape, data }: OnnxArray,
): { shape: readonly number[]; data: Float32Array } {
  if (!(data instanceof Float32Array))
    throw unfit(`${path}, output ${name}`, 'float32', data.constructor.name);
  if (!data.every(Number.isFinite)) throw unfit(`${path}, output ${name}`, 'finite numbers', 'others');
  return { shape, data };
}
