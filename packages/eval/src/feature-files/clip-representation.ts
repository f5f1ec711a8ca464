import { type Description, objectWith, optionTable, showValue } from '@tgm/options';
import { EvaluationError } from '../errors.js';

/** A frozen function of clips: an encoder with its weights, a teacher, pixels. */
export interface ClipRepresentation {
  /** D, numbers of a vector, from 1. */
  readonly width: number;
  /** N, vectors of a clip, one for each token; absent where a clip has one vector alone. */
  readonly tokens?: number;
  /** Clips that it computes at a time. Default 1. More or fewer may be asked for at once. */
  readonly batchSize?: number;
  /** What it is, its weights included: features of another one do not belong beside those of this. */
  describe(): Description | Promise<Description>;
  /**
   * @param clips [T, H, W, 3] RGB, 0-255, each in the size that it reads.
   * @returns [clips, D], or [clips, N, D] with `tokens`; row-major.
   */
  features(clips: readonly Uint8Array[]): Float32Array | Promise<Float32Array>;
}

/** A representation among those whose vectors stand side by side. */
export interface FeaturePart {
  readonly name: string;
  /** Place of its first number in a vector. */
  readonly start: number;
  /** Its numbers. */
  readonly width: number;
}

/** A checked representation in its place. */
export interface RepresentationPart extends FeaturePart {
  readonly representation: ClipRepresentation;
  readonly description: Description;
}

/** Vectors that representations give together. */
export interface RepresentationParts {
  readonly parts: readonly RepresentationPart[];
  /** Numbers of all parts. */
  readonly width: number;
  /** Vectors of a clip, the same for all parts; absent where each gives one. */
  readonly tokens?: number;
  /** The most that a part computes at a time. */
  readonly batchSize: number;
}

const MEMBERS = objectWith<ClipRepresentation>('a representation of clips', [
  'width',
  'describe',
  'features',
]);

/**
 * Representations side by side, in the order of their names in the record.
 *
 * @throws EvaluationError `OPTION_INVALID` for none, for what is no representation or does not describe itself, and for tokens of one
 *   beside other ones, or none, of another.
 */
export async function representationParts(
  where: string,
  representations: Readonly<Record<string, ClipRepresentation>>,
): Promise<RepresentationParts> {
  const names = Object.keys(representations);
  const refuse = (option: string, expected: string, received: string): never => {
    throw new EvaluationError('OPTION_INVALID', { where: `${where}, option ${option}`, expected, received });
  };
  if (names.length === 0) refuse('representations', 'at least one representation by its name', 'none');
  optionTable(
    `${where}, option representations`,
    Object.fromEntries(names.map((name) => [name, MEMBERS])),
    EvaluationError,
  ).check(representations);

  const parts: RepresentationPart[] = [];
  let [start, batchSize] = [0, 1];
  const { tokens } = representations[names[0]!]!;
  for (const name of names) {
    const option = `representations.${name}`;
    const representation = representations[name]!;
    const { width } = representation;
    if (!isCount(width)) refuse(`${option}.width`, 'a whole number from 1', showValue(width));
    for (const member of ['tokens', 'batchSize'] as const) {
      const value = representation[member];
      if (value !== undefined && !isCount(value))
        refuse(`${option}.${member}`, 'a whole number from 1, or nothing', showValue(value));
    }
    if (representation.tokens !== tokens)
      refuse(
        `${option}.tokens`,
        `${vectors(tokens)}, as of ${names[0]}, beside which it stands`,
        vectors(representation.tokens),
      );
    const description = await descriptionOf(`${where}, option ${option}, describe`, representation);
    parts.push({ name, start, width, representation, description });
    start += width;
    batchSize = Math.max(batchSize, representation.batchSize ?? 1);
  }
  return { parts, width: start, ...(tokens !== undefined && { tokens }), batchSize };
}

/** @throws EvaluationError `OPTION_INVALID` for what is no description. */
export async function descriptionOf(
  where: string,
  value: { describe(): Description | Promise<Description> },
): Promise<Description> {
  const described: unknown = await value.describe();
  if (typeof (described as Partial<Description> | null | undefined)?.is === 'string')
    return described as Description;
  throw new EvaluationError('OPTION_INVALID', {
    where,
    expected: 'a description, such as { is: "the name of what it is" }',
    received: showValue(described),
  });
}

const vectors = (tokens: number | undefined): string =>
  tokens === undefined ? 'one vector a clip' : `${tokens} tokens`;

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 1;
