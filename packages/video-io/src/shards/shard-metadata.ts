import { showValue } from '@tgm/options';
import { isLabel } from '../datasets/label.js';
import { VideoError } from '../errors.js';
import type { VideoSample } from '../video.js';
import type { ToldClassName } from './class-names.js';

/** What stands beside a video in a shard, by ending. */
export type ShardTexts = Readonly<Partial<Record<(typeof TEXT_ENDINGS)[number], string>>>;

/** Endings that are read; others, such as cached scores, are left alone. */
export const TEXT_ENDINGS = ['json', 'txt', 'cls'] as const;

/**
 * Id, captions and label of a sample: from its `.json` (`id`, `captions` or `caption`, `label`), where that is silent
 * from `.txt` (a caption a line) and `.cls` (a number from 0).
 *
 * @param where names the shard and the key; the id is this where nothing else is given.
 * @throws {VideoError} `SHARD_INVALID`
 */
export const readShardTexts = (where: string, texts: ShardTexts): ShardSampleTexts =>
  readShardFacts(where, texts).sample;

export type ShardSampleTexts = Pick<VideoSample, 'id' | 'captions' | 'label'>;

/** The same, and what the `.json` says of the class's name. */
export function readShardFacts(
  where: string,
  texts: ShardTexts,
): { readonly sample: ShardSampleTexts; readonly className: ToldClassName } {
  const fail = (expected: string, received: string): never => {
    throw new VideoError('SHARD_INVALID', { source: where, expected, received });
  };
  const record = texts.json === undefined ? {} : parseObject(texts.json, fail);
  const { id = where, label = texts.cls === undefined ? undefined : labelOf(texts.cls, fail) } = record;
  const captions =
    record.captions ?? (record.caption === undefined ? linesOf(texts.txt ?? '') : [record.caption]);
  if (typeof id !== 'string' || id === '') return fail('"id" to be text', JSON.stringify(id));
  if (!Array.isArray(captions) || !captions.every((caption) => typeof caption === 'string')) {
    return fail('captions to be texts', JSON.stringify(captions));
  }
  const { className } = record;
  if (label === undefined) return { sample: { id, captions }, className };
  if (isLabel(label)) return { sample: { id, captions, label }, className };
  return fail('a label from 0, or such labels by name', JSON.stringify(label));
}

function parseObject(
  text: string,
  fail: (expected: string, received: string) => never,
): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch (error) {
    return fail('a JSON object', (error as Error).message);
  }
  return fail('a JSON object', text.slice(0, 40));
}

/** A number from 0 in digits, with or without space around it. */
function labelOf(text: string, fail: (expected: string, received: string) => never): number {
  const digits = text.trim();
  return /^\d+$/.test(digits) ? Number(digits) : fail('a label in digits in .cls', showValue(text));
}

function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}
