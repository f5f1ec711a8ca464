import { contrastiveLoss, pixelTarget, reconstructionLoss } from '@tgm/losses';
import { clipModel, patchCodebook } from '@tgm/models';
import { descriptionContract } from '@tgm/options/testing';
import { it } from 'vitest';
import * as train from './index.js';
import { tinyClassifier, tinyEncoder, tinyModel } from './objectives/tiny-batch.test-support.js';
import { letters, tinyClipModel } from './objectives/tiny-clip-model.test-support.js';

const CODEBOOK = { imageSize: 16, patchSize: 8, numFrames: 4, tubeletSize: 2, codes: 5, codeWidth: 3 };

const reconstruction = { loss: reconstructionLoss(), weight: 1 };
const contrast = { loss: contrastiveLoss(), weight: 1 };
const features = {
  loss: reconstructionLoss({
    target: { ...pixelTarget(), of: 'features', describe: () => ({ is: 'features' }) },
  }),
  weight: 1,
};

const checks = descriptionContract({
  factories: [
    {
      name: 'adamW',
      make: train.adamW,
      options: {},
      changes: { betas: [[0.9, 0.999]], epsilon: 1e-6, weightDecay: 0 } satisfies Record<
        keyof train.AdamWOptions,
        unknown
      >,
    },
    {
      name: 'sgd',
      make: train.sgd,
      options: {},
      changes: { momentum: 0, weightDecay: 0.1, nesterov: true } satisfies Record<
        keyof train.SgdOptions,
        unknown
      >,
    },
    {
      name: 'constantSchedule',
      make: train.constantSchedule,
      options: { base: 1 },
      changes: { base: 2, warmupSteps: 1, start: 1e-6 } satisfies Record<
        keyof train.ConstantOptions,
        unknown
      >,
    },
    {
      name: 'cosineSchedule',
      make: train.cosineSchedule,
      options: { base: 1, steps: 9 },
      changes: { base: 2, steps: 8, warmupSteps: 1, start: 0.1, final: 0.1 } satisfies Record<
        keyof train.CosineOptions,
        unknown
      >,
    },
    {
      name: 'cosineRestartsSchedule',
      make: train.cosineRestartsSchedule,
      options: { base: 1, period: 5 },
      changes: {
        base: 2,
        period: 6,
        growth: 2,
        final: 0.1,
        warmupSteps: 1,
        start: 0.1,
      } satisfies Record<keyof train.CosineRestartsOptions, unknown>,
    },
    {
      name: 'stepSchedule',
      make: train.stepSchedule,
      options: { base: 1, milestones: [4, 8] },
      changes: {
        base: 2,
        milestones: [[4, 9], [4], { every: 4 }],
        factor: 0.5,
        warmupSteps: 1,
        start: 0.1,
      } satisfies Record<keyof train.StepScheduleOptions, unknown>,
    },
    {
      name: 'maskedObjective',
      make: train.maskedObjective,
      options: { model: tinyModel(), losses: [contrast, features], textWidth: 5, featureWidth: 4 },
      changes: {
        model: tinyModel({ hiddenSize: 16 }),
        losses: [
          [reconstruction],
          [contrast, reconstruction],
          [{ ...contrast, weight: 2 }, features],
          [{ ...contrast, loss: contrastiveLoss({ temperature: 0.1 }) }, features],
        ],
        textWidth: 6,
        featureWidth: 5,
        masking: [train.adaptiveMasking({ ratio: 0.5 }), train.adaptiveMasking({ ratio: 0.25 })],
      } satisfies Record<keyof train.MaskedObjectiveOptions, unknown>,
    },
    {
      name: 'adaptiveMasking',
      make: train.adaptiveMasking,
      options: { ratio: 0.5 },
      changes: { ratio: 0.75 } satisfies Record<keyof train.AdaptiveMaskingOptions, unknown>,
    },
    {
      name: 'autoMasking',
      make: train.autoMasking,
      options: { ratio: 0.5 },
      changes: { ratio: 0.75, factor: 1, temperature: 0.5, momentum: 1 } satisfies Record<
        keyof train.AutoMaskingOptions,
        unknown
      >,
    },
    {
      name: 'teacherAttentionMasking',
      make: train.teacherAttentionMasking,
      options: { ratio: 0.5, select: 'hint' },
      changes: {
        ratio: 0.75,
        select: ['high', 'low', 'keep'],
        hintFrom: 0.5,
        hintShare: 0.1,
        momentum: 1,
      } satisfies Record<keyof train.TeacherAttentionMaskingOptions, unknown>,
    },
    {
      name: 'viewContrast',
      make: train.viewContrast,
      options: { model: tinyEncoder(), target: 'stopped', keys: 'view', temperature: 0.1 },
      changes: {
        model: tinyEncoder({ hiddenSize: 16 }),
        pairs: [[{ from: 'first', to: 'third' }]],
        projection: [
          { layers: 1, width: 4 },
          { layers: 2, hidden: 8, width: 4, norm: 'all' },
        ],
        predictor: [{ layers: 1 }, { layers: 1, perPair: true }],
        target: ['same', { momentum: 0.9 }, { momentum: 0.9, rampSteps: 9 }],
        keys: ['batch', { queue: 9 }],
        positives: [{ nearest: 9 }, { nearest: 8 }],
        negatives: [['shuffled']],
        similarity: 'product',
        temperature: 0.2,
      } satisfies Record<keyof train.ViewContrastOptions, unknown>,
    },
    {
      name: 'classificationObjective',
      make: train.classificationObjective,
      options: { model: tinyClassifier(), smoothing: 0 },
      changes: {
        model: tinyClassifier({ labels: ['walk', 'run'] }),
        smoothing: 0.1,
        layerDecay: 0.75,
      } satisfies Record<keyof train.ClassificationObjectiveOptions, unknown>,
    },
    {
      name: 'captionTokenLoss',
      make: train.captionTokenLoss,
      options: { tokenizer: train.wordTokenizer(['a red square']) },
      changes: {
        tokenizer: [train.wordTokenizer(['a blue square']), train.clipModelCaptionTokenizer(letters())],
        length: 16,
        ratio: 0.5,
        view: 'contrast',
        width: 64,
        layers: 2,
        heads: 2,
      } satisfies Record<keyof train.CaptionTokenLossOptions, unknown>,
    },
    {
      name: 'codebookObjective',
      make: train.codebookObjective,
      options: { model: patchCodebook(CODEBOOK) },
      changes: {
        model: patchCodebook({ ...CODEBOOK, codes: 6 }),
        commitment: 0,
        decay: 0.9,
        deadShare: 0,
      } satisfies Record<keyof train.CodebookObjectiveOptions, unknown>,
    },
    {
      name: 'clipModelObjective',
      make: ({ tokenizer: _tokenizer, ...options }) =>
        train.clipModelObjective({ tokenizer: letters(), ...options }),
      options: { model: tinyClipModel() },
      changes: {
        model: clipModel({ ...tinyClipModel().config, projectionDim: 3 }),
        patchTerm: { weight: 0.5 },
        paraphraseTerm: { weight: 0.5 },
      } satisfies Omit<Record<keyof train.ClipModelObjectiveOptions, unknown>, 'tokenizer'>,
    },
  ],
  exported: {
    module: train,
    declarations: `${import.meta.dirname}/../dist`,
    returns: ['Optimizer', 'Schedule', 'Objective', 'GraphMasking', 'ClipLoss'],
  },
});
for (const { name, run } of checks) it(name, run);
