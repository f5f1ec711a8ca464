import { callable, listOf, number, oneOf, optional, optionTable, text, wholeNumber } from '@tgm/options';
import { EngineError } from './errors.js';
import { DEVICES } from './runtime/device.js';

/** More threads than any machine has processors are a mistake. */
const MOST_THREADS = 1024;

/** The options of `onnxEngine`. */
export const engineOptions = optionTable(
  'onnxEngine',
  {
    device: optional(oneOf(DEVICES), 'cpu'),
    threads: optional(wholeNumber({ from: 1, to: MOST_THREADS })),
    profile: optional(text()),
    graphs: optional(wholeNumber({ from: 1 }), 64),
  },
  EngineError,
);

/** What `compile` takes beside the function, on every engine. */
export const compileOptions = optionTable('compile', { donate: optional(listOf(text()), []) }, EngineError);

/** `epsilon` keeps a variance of 0 from dividing. */
export const layerNormNumbers = optionTable('layerNorm', { epsilon: number({ above: 0 }) }, EngineError);

export const attentionNumbers = optionTable('attention', { scale: number() }, EngineError);

const compileArguments = optionTable('compile', { fn: callable() }, EngineError);

/** @throws EngineError `OPTION_INVALID` */
export function checkFunction(fn: unknown): void {
  compileArguments.check({ fn });
}
