import * as tf from '@tensorflow/tfjs';
import { extractFeatures, extractTokens, type Features, intervals, type Outcome } from '@tgm/eval';
import { seededRandom } from '@tgm/masking';
import type { Params } from '@tgm/models';
import { type ClipRow, COLOUR_NAMES, SHAPES } from '../moving-shapes/index.js';
import { figure } from './figure.js';
import type { World } from './world.js';
import type { Clip } from './world-clips.js';

/** Clips of one pass of the encoder. */
export const PASS = 16;

export const TONES = ['dark', 'grey', 'light'];

/** What a probe can be asked about a clip; the class of a row is its place in the list. */
export const QUESTIONS = {
  tone: { classes: TONES.length, of: ({ tone }: ClipRow) => TONES.indexOf(tone) },
  colour: { classes: COLOUR_NAMES.length, of: ({ colour }: ClipRow) => COLOUR_NAMES.indexOf(colour) },
  shape: { classes: SHAPES.length, of: ({ shape }: ClipRow) => SHAPES.indexOf(shape) },
  drift: { classes: 2, of: ({ drift }: ClipRow) => Number(drift) },
} as const;
export type Question = keyof typeof QUESTIONS;

/** Labels of both splits. */
export function labelsOf({ trainRows, testRows }: World, question: Question) {
  const { classes, of } = QUESTIONS[question];
  return { trainLabels: trainRows.map(of), testLabels: testRows.map(of), classes };
}

export const framesOf = (clips: readonly Clip[]): Uint8Array[] => clips.map(({ frames }) => frames);

/** Vectors of one width as features. */
export function featuresOf(rows: readonly Float32Array[]): Features {
  const width = rows[0]!.length;
  const values = new Float32Array(rows.length * width);
  for (const [at, row] of rows.entries()) values.set(row, at * width);
  return { values, count: rows.length, width };
}

/** Clips with their labels, for evaluators. */
export function labelledClips(world: World, question: Question) {
  const { trainLabels, testLabels, classes } = labelsOf(world, question);
  return {
    train: { clips: framesOf(world.clips), labels: trainLabels },
    test: { clips: framesOf(world.testClips), labels: testLabels },
    classes,
  };
}

/** Does something with parameters that were drawn and not trained. The brightness of a clip can be read off their features. */
export async function withUntrained<T>(
  { model }: World,
  measure: (params: Params) => Promise<T>,
): Promise<T> {
  const params = model.init(seededRandom('mission', 'untrained'));
  try {
    return await measure(params);
  } finally {
    tf.dispose(params as unknown as tf.TensorContainer);
  }
}

/** Features of both splits by an encoder that was not trained, with the labels of a question. */
export const untrainedFeatures = (world: World, question: Question) =>
  withUntrained(world, async (params) => {
    const extract = (clips: readonly Clip[]): Promise<Features> =>
      extractFeatures({
        engine: world.engine,
        model: world.model,
        params,
        clips: framesOf(clips),
        batchSize: PASS,
      });
    const features = { train: await extract(world.clips), test: await extract(world.testClips) };
    return { ...features, ...labelsOf(world, question) };
  });

/** The same, all tokens. */
export const untrainedTokens = (world: World, question: Question) =>
  withUntrained(world, async (params) => {
    const extract = (clips: readonly Clip[]) =>
      extractTokens({
        engine: world.engine,
        model: world.model,
        params,
        clips: framesOf(clips),
        batchSize: PASS,
      });
    const tokens = { train: await extract(world.clips), test: await extract(world.testClips) };
    return { ...tokens, ...labelsOf(world, question) };
  });

/** A figure whose whole interval of 95 % is above chance. */
export function aboveChance(name: string, outcome: Outcome, chance: number, of = 'top1'): string {
  const { value, from, to } = intervals(outcome)[of]!;
  return figure(
    `${name} ${value.toFixed(1)} % (${from.toFixed(1)} to ${to.toFixed(1)}), chance ${chance.toFixed(1)} %`,
    from > chance,
    'an interval above chance',
  );
}
