import { describe, expect, it } from 'vitest';
import { tinyEncoder, tinyModel } from '../tiny-batch.test-support.js';
import { PRESETS, type PresetName, small } from './small-presets.test-support.js';
import { viewBatch } from './view-batch.test-support.js';
import { viewContrast } from './view-contrast.js';
import type { ViewContrastOptions } from './view-contrast-options.js';

const simclr = small('simclr');
const byol = small('byol');
const swav = small('swav');
const nnclr = small('nnclr');

describe('viewContrast', () => {
  it.each<[string, object, string]>([
    ['a model whose decoder nobody trains', { ...simclr, model: tinyModel() }, 'model'],
    ['no pairs', { ...simclr, pairs: [] }, 'pairs'],
    ['a view that is to say what it is', { ...simclr, pairs: [{ from: 'first', to: 'first' }] }, 'pairs'],
    ['a pair twice', { ...simclr, pairs: [...small('mocoV1').pairs!, ...small('mocoV1').pairs!] }, 'pairs'],
    [
      'a head without a width between',
      { ...simclr, projection: { layers: 2, width: 6 } },
      'projection.hidden',
    ],
    ['a predictor without a width between', { ...byol, predictor: { layers: 2 } }, 'predictor.hidden'],
    ['a width of the predictor', { ...byol, predictor: { layers: 1, width: 6 } }, 'predictor'],
    ['an unknown norm', { ...simclr, projection: { layers: 1, width: 6, norm: 'batch' } }, 'projection.norm'],
    ['comparisons without a temperature', { model: tinyEncoder() }, 'temperature'],
    ['a temperature of nothing that is told apart', { ...byol, temperature: 0.1 }, 'temperature'],
    ['wrong views of nothing that is told apart', { ...byol, negatives: ['shuffled'] }, 'negatives'],
    ['products of what is drawn together', { ...byol, similarity: 'product' }, 'similarity'],
    ['products with a queue of directions', { ...small('mocoV1'), similarity: 'product' }, 'similarity'],
    ['wrong views that are queries', { ...simclr, negatives: ['first'] }, 'negatives'],
    ['a momentum beyond 1', { ...byol, target: { momentum: 1.5 } }, 'target'],
    ['a queue of nothing', { ...simclr, keys: { queue: 0 } }, 'keys'],
    ['prototypes beside a queue', { ...swav, keys: { queue: 7 } }, 'keys'],
    ['neighbours of a whole batch', { ...nnclr, keys: 'batch' }, 'keys'],
    ['neighbours with gradients', { ...nnclr, target: 'same' }, 'target'],
    ['shares with gradients', { ...swav, target: 'same' }, 'target'],
    ['shares of unknown options', { ...swav, positives: { prototypes: 5, rounds: 3 } }, 'positives'],
  ])('refuses %s', (_name, options, option) => {
    const refused = () => viewContrast(options as ViewContrastOptions);
    expect(refused).toThrow(
      expect.objectContaining({
        name: 'TrainError',
        code: 'OPTION_INVALID',
        where: expect.stringMatching(`viewContrast, option ${option}`),
      }),
    );
  });

  it('refuses a batch without a view, and one of a single clip', () => {
    const objective = viewContrast(simclr);
    const { params } = objective.init(() => 0.3, {});
    const batch = (views: readonly string[], clips: number[]) => viewBatch(tinyEncoder(), views, clips, 1);
    expect(() => objective.part(params, {}, batch(['first'], [0, 1]))).toThrow(
      expect.objectContaining({
        code: 'OPTION_INVALID',
        expected: 'the view "second"',
        received: 'the views first',
      }),
    );
    const { rows } = objective.part(params, {}, batch(['first', 'second'], [0]));
    expect(() => objective.whole!(params, {}, rows!)).toThrow('at least two clips');
  });

  it('says which views it needs, and nothing else', () => {
    const nothing = { decoder: false, pixels: false, features: false, text: false, otherClips: true };
    expect(viewContrast(simclr).needs).toEqual({ views: ['first', 'second'], ...nothing });
    expect(viewContrast(small('cpc')).needs.views).toEqual(['context', 'later1', 'later2', 'later3']);
    expect(viewContrast({ ...simclr, negatives: ['shuffled'] }).needs.views).toEqual([
      'first',
      'second',
      'shuffled',
    ]);
  });

  it.each(PRESETS)('%s says whether it tells samples apart', (preset) => {
    const apart: readonly PresetName[] = ['simclr', 'cvrl', 'mocoV3', 'nnclr'];
    expect(viewContrast(small(preset)).tellsSamplesApart).toBe(apart.includes(preset));
  });

  it('lets matrices decay, but no biases, norms or prototypes', () => {
    const objective = viewContrast(swav);
    const { params } = objective.init(() => 0.3, {});
    const beside = Object.entries(params).filter(([name]) => name.startsWith('view_contrast.'));
    const decays = beside.filter(([name, { shape }]) => objective.group(name, shape).decays);
    expect(decays.map(([name]) => name)).toEqual([
      'view_contrast.projection.layer0.weight',
      'view_contrast.projection.layer1.weight',
    ]);
    expect(beside.map(([name]) => name)).toContain('view_contrast.prototypes');
    expect(beside.map(([name]) => name)).toContain('view_contrast.projection.layer0.norm.weight');
  });

  it('tells every option of prototypes', () => {
    const told = (change: object) =>
      viewContrast({ ...swav, positives: { prototypes: 5, ...change } }).describe().positives;
    expect(told({})).toEqual({ prototypes: 5, epsilon: 0.05, iterations: 3, frozenSteps: 0 });
    for (const change of [{ epsilon: 0.1 }, { iterations: 1 }, { frozenSteps: 9 }, { prototypes: 6 }]) {
      expect(told(change)).toMatchObject(change);
    }
  });
});
