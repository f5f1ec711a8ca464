import { type KeptInputs, keptNumbers, passingNumbers } from './kept-numbers.js';

/** Bytes at the peak of a training, by what they are for. */
export interface Memory {
  /** Node, its libraries and the graph of a step. */
  readonly program: number;
  readonly parameters: number;
  /** Both moments of AdamW. */
  readonly moments: number;
  /** What the parameters were drawn in, which the collector of garbage has not taken yet when the first step runs. */
  readonly drawn: number;
  /** Sums over the parts of a step, and what is there at a time of a part's own. 0 where a step is one part: then a gradient is used as it comes. */
  readonly gradients: number;
  /** What a batch keeps for the gradient, with the gaps of the allocator. */
  readonly activations: number;
  readonly total: number;
}

export interface MemoryInputs extends KeptInputs {
  readonly parameters: number;
  /** Parts of a step. */
  readonly accumulate: number;
  /** Whether anything is learned; else features are computed, and a block's numbers are all that is needed at a time. */
  readonly trains: boolean;
}

const FLOAT = 4;

/**
 * These three figures, and `BLOCK_AGAIN` of kept-numbers.ts, are fitted to steps of ViT-S and ViT-B on a processor with onnxruntime-node
 * 1.30; everything else is counted. See `MEASURED_STEPS`.
 */
const FITTED = { program: 306e6, gaps: 1.1, sums: 1.5 };

export function memory(inputs: MemoryInputs): Memory {
  const { parameters, accumulate, trains } = inputs;
  const each = FLOAT * parameters;
  const parts = {
    program: FITTED.program,
    parameters: each,
    moments: trains ? 2 * each : 0,
    drawn: each,
    gradients: accumulate > 1 ? FITTED.sums * each : 0,
    activations: FITTED.gaps * FLOAT * (trains ? keptNumbers(inputs) : passingNumbers(inputs)),
  };
  return { ...parts, total: Object.values(parts).reduce((sum, bytes) => sum + bytes, 0) };
}
