/**
 * What a run tells, as `TrainEvent` of `@tgm/train` has it: those fields that a page shows. Events read back from a log fit too.
 */
export type RunEvent =
  | {
      readonly type: 'begin';
      /** Steps done before. What was told of later ones is void. */
      readonly step: number;
      readonly steps: number;
      /** What every option came to; JSON. */
      readonly description: object;
    }
  | {
      readonly type: 'step';
      /** Steps done, counted from 1. */
      readonly step: number;
      readonly steps: number;
      readonly total: number;
      readonly terms: Readonly<Record<string, number>>;
      /** A figure `<term> baseline` is what a model that knows nothing has of the term. */
      readonly figures: Readonly<Record<string, number>>;
      readonly learningRate: number;
      readonly seconds: number;
      readonly clipsPerSecond: number;
      /** Seconds in calls of the collective, and the part of them that waited for others; of a run on several processes. */
      readonly reduceWaitSeconds?: number;
      readonly peerWaitSeconds?: number;
      readonly replaced: readonly object[];
    }
  | { readonly type: 'saved'; readonly step: number; readonly path: string }
  | {
      readonly type: 'evaluated';
      readonly step: number;
      readonly evaluator: string;
      /** `current`, or `average` for the average of the parameters. */
      readonly parameters: string;
      readonly figures: Readonly<Record<string, number>>;
    }
  | { readonly type: 'notice'; readonly message: string }
  | { readonly type: 'failed'; readonly message: string }
  | { readonly type: 'end'; readonly reason: string; readonly step: number };
