import { callable, listOf, number, oneOf, optional, optionTable, text, wholeNumber } from '@tgm/options';
import type { CompileOptions, InputTree } from './engine.js';
import { EngineError } from './errors.js';
import { DEVICES, type Device } from './runtime/device.js';

/** More threads than any machine has processors are a mistake. */
export const MOST_THREADS = 1024;

export interface OnnxEngineOptions {
  /** Where graphs are computed. Default `cpu`. */
  readonly device?: Device | undefined;
  /** Threads that one operator may use, 1-1024; ONNX Runtime's own choice (the physical cores) when left out. */
  readonly threads?: number | undefined;
  /** Prefix of the path of a JSON trace of every operator's time, which ONNX Runtime writes per session. */
  readonly profile?: string | undefined;
  /**
   * How many graphs the engine keeps, 1 or more: one for each signature of each compiled function. Where there are more,
   * the one that was used longest ago is freed, and traced again when it is called again. Default 64.
   */
  readonly graphs?: number | undefined;
}

export const engineOptions = optionTable(
  'onnxEngine',
  {
    device: optional(oneOf(DEVICES), 'cpu'),
    threads: optional(wholeNumber({ from: 1, to: MOST_THREADS })),
    profile: optional(text()),
    graphs: optional(wholeNumber({ from: 1 }), 64),
  } satisfies Record<keyof OnnxEngineOptions, unknown>,
  EngineError,
);

/** What `compile` takes beside the function, on every engine. */
export const compileOptions = optionTable(
  'compile',
  { donate: optional(listOf(text()), []) } satisfies Record<keyof CompileOptions<InputTree>, unknown>,
  EngineError,
);

/** `epsilon` keeps a variance of 0 from dividing. */
export const layerNormNumbers = optionTable('layerNorm', { epsilon: number({ above: 0 }) }, EngineError);

export const attentionNumbers = optionTable('attention', { scale: number() }, EngineError);

const compileArguments = optionTable('compile', { fn: callable() }, EngineError);

/** @throws EngineError `OPTION_INVALID` */
export function checkFunction(fn: unknown): void {
  compileArguments.check({ fn });
}
