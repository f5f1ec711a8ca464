import type { World } from './world.js';

/** What a system is to a text-guided video masked autoencoder. */
export const PARTS = [
  'backbone',
  'masking',
  'objective',
  'target',
  'teacher',
  'text encoder',
  'captioner',
  'optimiser',
  'schedule',
  'sampling',
  'augmentation',
  'data set',
  'weights',
  'protocol',
  'baseline',
] as const;
export type Part = (typeof PARTS)[number];

/** A system that a paper on video masked autoencoders stands on, run at toy size. */
export interface Row {
  /** As the field calls it; no two rows have one name, and none has a comma. */
  readonly name: string;
  readonly part: Part;
  /** What of ours runs, in a few words. */
  readonly runs: string;
  /** Why it is a reading of the idea and not the thing itself. Default: it is the thing. */
  readonly reading?: string;
  /**
   * Runs it on the world's files.
   *
   * @returns a figure with its unit, and what it is compared with.
   * @throws where the figure is not what it would be if the part worked; `figure` does.
   */
  run(world: World): Promise<string>;
}
