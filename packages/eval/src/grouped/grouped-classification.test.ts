import { describe, expect, it } from 'vitest';
import { groupedClassification } from './grouped-classification.js';

const count = 30;
const [verbs, nouns] = [6, 9];
const verb = {
  logits: Float32Array.from({ length: count * verbs }, (_, at) => 2 * Math.sin(at * at)),
  labels: Array.from({ length: count }, (_, row) => (row * row) % verbs),
  classes: verbs,
};
const noun = {
  logits: Float32Array.from({ length: count * nouns }, (_, at) => 2 * Math.sin(1.7 * at * at)),
  labels: Array.from({ length: count }, (_, row) => (row * 5) % nouns),
  classes: nouns,
};

/** Softmax of one row, in plain loops. */
const softmax = ({ logits, classes }: typeof verb, row: number) => {
  const own = Array.from(logits.subarray(row * classes, (row + 1) * classes), Math.exp);
  return own.map((value) => value / own.reduce((sum, each) => sum + each, 0));
};

describe('groupedClassification', () => {
  it('equals loops over verbs, nouns and actions, class means included', () => {
    const { groups, all, outcome } = groupedClassification({ groups: { verb, noun } });
    const ranks = Array.from({ length: count }, (_, row) => {
      const [ofVerb, ofNoun] = [softmax(verb, row), softmax(noun, row)];
      const own = ofVerb[verb.labels[row]!]! * ofNoun[noun.labels[row]!]!;
      let above = 0;
      for (const v of ofVerb) for (const n of ofNoun) if (v * n > own * (1 + 1e-12)) above++;
      return above;
    });
    const share = (k: number) => (100 * ranks.filter((rank) => rank < k).length) / count;
    expect(all!.top1).toBeCloseTo(share(1), 10);
    expect(all!.top5).toBeCloseTo(share(5), 10);
    // Mean top-5 recall of actions: each pair of a verb and a noun that is there is a class.
    const byAction = new Map<string, number[]>();
    for (const [row, rank] of ranks.entries()) {
      const action = `${verb.labels[row]} ${noun.labels[row]}`;
      byAction.set(action, [...(byAction.get(action) ?? []), rank < 5 ? 100 : 0]);
    }
    const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(all!.classMeanTop5).toBeCloseTo(mean([...byAction.values()].map(mean)), 10);
    expect(byAction.size).toBeLessThan(count);
    expect(all!.top5).toBeGreaterThan(0);
    const verbHits = verb.labels.filter((label, row) => {
      const own = softmax(verb, row);
      return own[label] === Math.max(...own);
    });
    expect(groups.verb!.top1).toBeCloseTo((100 * verbHits.length) / count, 10);
    expect(Object.keys(outcome.figures)).toHaveLength(12);
    expect(outcome.figures['all/top5']).toEqual(all!.outcome.figures.top5);
  });

  it('of one group is that group', () => {
    const { groups, all, outcome } = groupedClassification({ groups: { verb } });
    expect(all).toBeUndefined();
    expect(outcome).toEqual(groups.verb!.outcome);
  });

  it('says in which group', () => {
    const whereOf = (own: object) => {
      try {
        groupedClassification({ groups: { verb, noun: { ...noun, ...own } } });
      } catch (error) {
        return (error as { where: string }).where;
      }
      return 'nowhere';
    };
    const group = 'groupedClassification, group noun';
    expect(whereOf({})).toBe('nowhere');
    expect(whereOf({ logits: noun.logits.map((_, at) => (at === 11 ? Number.NaN : 0)) })).toBe(
      `${group}, class 2 of example 1`,
    );
    expect(whereOf({ logits: noun.logits.slice(1) })).toBe(group);
    expect(whereOf({ classes: 0 })).toBe(`${group}, option classes`);
    expect(whereOf({ weight: 1 })).toBe(`${group}, option weight`);
  });

  it('refuses wrong input by code', () => {
    const codeOf = (groups: unknown) => {
      try {
        groupedClassification({ groups: groups as never });
      } catch (error) {
        return (error as { code: string }).code;
      }
      return 'none';
    };
    expect(codeOf({ verb, noun })).toBe('none');
    expect(codeOf({})).toBe('OPTION_INVALID');
    expect(codeOf({ all: verb })).toBe('OPTION_INVALID');
    expect(codeOf({ verb: 1 })).toBe('OPTION_INVALID');
    expect(codeOf([verb])).toBe('OPTION_INVALID');
    expect(codeOf({ verb, noun: null })).toBe('OPTION_INVALID');
    expect(codeOf({ verb: { ...verb, logits: Array.from(verb.logits) } })).toBe('OPTION_INVALID');
    expect(codeOf({ verb, noun: { ...noun, labels: [1] } })).toBe('LABELS_MISMATCH');
    expect(codeOf({ verb, noun: { ...noun, classes: 3 } })).toBe('LABEL_OUT_OF_RANGE');
    expect(codeOf({ verb: { ...verb, logits: verb.logits.slice(verbs) } })).toBe('SHAPE_MISMATCH');
    expect(codeOf({ verb: { ...verb, logits: verb.logits.map(() => Number.NaN) } })).toBe('NON_FINITE_LOGIT');
  });
});
