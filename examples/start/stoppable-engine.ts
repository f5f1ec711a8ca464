import type { Engine } from '@tgm/tfjs-backend-onnx';

/** An engine whose compiled functions reject with the signal's reason once it is aborted; a call in hand ends first. */
export function stoppableEngine(engine: Engine, signal: AbortSignal): Engine {
  return {
    ...engine,
    compile(fn, options) {
      const compiled = engine.compile(fn, options);
      return async (inputs) => {
        signal.throwIfAborted();
        return compiled(inputs);
      };
    },
  };
}
