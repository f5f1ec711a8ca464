/** Sizes of the demo: clips of 8 frames of 64 x 64 in tubelets of 2 x 8 x 8, vectors of 96 numbers, 12 classes. */
export const SIZE = { clips: 2000, testClips: 500, tokens: 256, width: 96, classes: 12 } as const;

/** A probe that is measured. */
export interface ProbeCase {
  readonly name: string;
  /** Seconds that the whole probe may take; null where the time is told and not judged. */
  readonly limit: number | null;
  /** Blocks of the attentive heads; a linear probe has none. */
  readonly blocks?: number;
  /** Steps that are measured, of `epochs` times 50; all of them when absent. */
  readonly measuredSteps?: number;
  readonly epochs?: number;
}

export const PROBE_CASES: readonly ProbeCase[] = [
  { name: 'linear', limit: 60 },
  { name: '20 attentive heads, 1 block, 20 epochs', limit: 600, blocks: 1, epochs: 20, measuredSteps: 50 },
  { name: '20 attentive heads, 4 blocks, 20 epochs', limit: null, blocks: 4, epochs: 20, measuredSteps: 2 },
];
