import { describe, expect, it } from 'vitest';
import { checkMotionCue, checkTextCue, type MotionCues, type TextCues } from '../cues.js';
import { MaskingError } from '../errors.js';
import { maskedCount } from '../masked-count.js';
import { rankDescending } from '../rank.js';
import type { MaskingStrategy, MaskRequest, TokenMask } from '../strategy.js';
import { tokenMask, tokensPerSlice } from '../token-grid.js';
import { maskingContract } from './contract.js';

/** The parts of a strategy that hides the best of each slice. Each is sound; a fault replaces one. */
const sound = {
  requires: ['tokenScores'],
  hides: { cue: 'tokenScores', select: 'top' },
  count: (perSlice: number, ratio: number, _slice: Float32Array): number => maskedCount(perSlice, ratio),
  /** Cells of a slice, those to be hidden first. */
  order: (scores: Float32Array): ArrayLike<number> => rankDescending(scores),
  scores: ({ cues, grid }: MaskRequest<TextCues & MotionCues>): Float32Array =>
    checkTextCue(cues, grid, 'faulty'),
  finish: (mask: TokenMask): TokenMask => mask,
};
type Parts = typeof sound;

function strategyOf(parts: Parts, ratio: number): MaskingStrategy<TextCues & MotionCues> {
  if (typeof ratio !== 'number' || !(ratio >= 0 && ratio < 1)) {
    throw new MaskingError('OPTION_INVALID', { where: 'faulty', expected: 'a ratio', received: `${ratio}` });
  }
  return {
    name: 'faulty',
    ratio,
    requires: parts.requires as 'tokenScores'[],
    hides: parts.hides as never,
    describe: () => ({ is: 'faulty', ratio }),
    mask(request) {
      const scores = parts.scores(request);
      const perSlice = tokensPerSlice(request.grid);
      const masked = new Uint8Array(scores.length);
      for (let start = 0; start < scores.length; start += perSlice) {
        const slice = scores.subarray(start, start + perSlice);
        const order = parts.order(slice);
        const count = parts.count(perSlice, ratio, slice);
        for (let place = 0; place < count; place += 1) masked[start + order[place]!] = 1;
      }
      return parts.finish(tokenMask(request.grid, masked));
    },
  };
}

/** The checks of a strategy with these parts that fail, by name, among those whose name has `words` in it. */
function failures(parts: Partial<Parts>, words = '', ratio = 0.5): string[] {
  const make = (options: { ratio: number }) => {
    const unknown = Object.keys(options).some((name) => name !== 'ratio');
    if (unknown) throw new MaskingError('OPTION_INVALID', { where: 'faulty', expected: '', received: '' });
    return strategyOf({ ...sound, ...parts }, options.ratio);
  };
  const checks = maskingContract('faulty', () => make({ ratio }), { factory: { make, options: { ratio } } });
  return checks
    .filter(({ name }) => name.includes(words))
    .flatMap(({ name, run }) => {
      try {
        run();
        return [];
      } catch {
        return [name.replace('faulty: ', '')];
      }
    });
}

it('passes without a fault', () => expect(failures({})).toEqual([]));

const withBoth = (request: MaskRequest<TextCues & MotionCues>) => {
  checkMotionCue(request.cues, request.grid, 'faulty');
  return sound.scores(request);
};

it('passes with two cues', () => {
  expect(failures({ requires: ['tokenScores', 'motion'], scores: withBoth })).toEqual([]);
});

/** Calls to a generator that no request gives. */
const dice = () => Reflect.get(Math, 'random')() as number;
let remembered = 0;

const faults: Record<string, { parts: Partial<Parts>; fails: string; ratio?: number }> = {
  'ceil for floor': {
    parts: { count: (perSlice, ratio) => Math.ceil(perSlice * ratio) },
    fails: 'hides its ratio',
  },
  'round for floor': {
    parts: { count: (perSlice, ratio) => Math.round(perSlice * ratio) },
    fails: 'hides its ratio',
  },
  'ceil for floor, where the ratio is a whole number of tokens': {
    parts: { count: (perSlice, ratio) => Math.min(perSlice - 1, Math.ceil(perSlice * ratio)) },
    fails: 'keeps any ratio',
    ratio: 0,
  },
  'all hidden at ratios near 1': {
    parts: { count: (perSlice, ratio) => Math.floor(perSlice * ratio + 1e-9) },
    fails: 'keeps any ratio',
  },
  'one token at least is hidden': {
    parts: { count: (perSlice, ratio) => Math.max(1, maskedCount(perSlice, ratio)) },
    fails: 'keeps any ratio',
    ratio: 0.9,
  },
  'lists sorted as texts': {
    parts: {
      finish: (mask) => ({ ...mask, masked: Uint32Array.from([...mask.masked].map(String).sort(), Number) }),
    },
    fails: 'ascending lists',
  },
  'a token that is missing': {
    parts: { finish: (mask) => ({ ...mask, masked: mask.masked.slice(1) }) },
    fails: 'ascending lists',
  },
  'cells that are kept in a byte': {
    parts: { order: (scores) => Uint8Array.from(rankDescending(scores)) },
    fails: 'hides its ratio',
  },
  'the inverted side': {
    parts: { order: (scores) => rankDescending(scores).reverse() },
    fails: 'the side of a cue',
  },
  'negated scores': {
    parts: { order: (scores) => rankDescending(scores.map((score) => -score)) },
    fails: 'the side of a cue',
  },
  'an order that does not look at the scores': {
    parts: { order: (scores) => Array.from(scores, (_, cell) => cell) },
    fails: 'the side of a cue',
  },
  'a direction of a cue that it does not require': {
    parts: { hides: { cue: 'motion', select: 'top' } },
    fails: 'the side of a cue',
  },
  'a direction of another name': {
    parts: { hides: { cue: 'tokenScores', select: 'high' } },
    fails: 'the side of a cue',
  },
  'ties by global randomness': {
    parts: {
      order: (scores) => {
        const ties = Array.from(scores, dice);
        return rankDescending(scores, ties);
      },
    },
    fails: 'randomness from the request',
  },
  'state between clips': {
    parts: {
      order: (scores) => {
        remembered = (remembered + 1) % 7;
        return rankDescending(scores.map((score) => score + remembered * (score > 0.5 ? -1 : 0)));
      },
    },
    fails: 'same mask for the same request',
  },
  'a cue that it does not declare': {
    parts: { scores: withBoth },
    fails: 'cues that it declares',
  },
  'scores sorted where they lie': {
    parts: { scores: (request) => sound.scores(request).sort() },
    fails: 'leaves the cues',
  },
  'a threshold, so a count that depends on the clip': {
    parts: { count: (_, ratio, scores) => scores.filter((score) => score > 1 - 2 * ratio).length },
    fails: 'of one clip as of another',
  },
  'scores whose first number is never checked': {
    parts: {
      scores: ({ cues, grid }) => {
        checkTextCue({ tokenScores: Float32Array.of(0, ...cues.tokenScores.subarray(1)) }, grid, 'faulty');
        return cues.tokenScores;
      },
    },
    fails: 'NaN and infinities',
  },
  'minus infinity for a score': {
    parts: {
      scores: (request) => {
        const tokenScores = request.cues.tokenScores?.map((score) => Math.max(score, -9));
        return sound.scores({ ...request, cues: { ...request.cues, tokenScores } });
      },
    },
    fails: 'NaN and infinities',
  },
  'a second cue whose numbers are never checked': {
    parts: {
      requires: ['tokenScores', 'motion'],
      scores: (request) => {
        const { motion } = request.cues;
        if (!motion?.vectors || !motion.known) throw new Error('no motion');
        return sound.scores(request);
      },
    },
    fails: 'NaN and infinities',
  },
  'a second cue that may be missing': {
    parts: {
      requires: ['tokenScores', 'motion'],
      scores: (request) => (request.cues.motion ? withBoth(request) : sound.scores(request)),
    },
    fails: 'lacks a cue',
  },
  'a part of a cue that may be missing': {
    parts: {
      requires: ['tokenScores', 'motion'],
      scores: (request) => {
        const { motion, tokenScores } = request.cues;
        const known = motion?.known ?? new Uint8Array(tokenScores.length);
        return withBoth({ ...request, cues: { tokenScores, motion: motion && { ...motion, known } } });
      },
    },
    fails: 'lacks a cue',
  },
  'a grid of one column that divides by nothing': {
    parts: {
      scores: (request) => {
        const scores = sound.scores(request);
        const { columns } = request.grid;
        const tilted = scores.map((score, cell) => score + (cell % columns) / (columns - 1));
        return sound.scores({ ...request, cues: { ...request.cues, tokenScores: tilted } });
      },
    },
    fails: 'ascending lists',
  },
};

describe('a fault in an otherwise sound strategy fails the check that says so', () => {
  for (const [name, { parts, fails, ratio }] of Object.entries(faults)) {
    it(name, () => {
      expect(failures(parts, fails, ratio)).toHaveLength(1);
    });
  }
});
