import { defineConfig } from '@tgm/cli';

/** What reads the videos and labels as they were published. */
export default defineConfig({
  data: {
    format: 'kinetics',
    source: 'k400/train.csv',
    videos: 'k400/train',
    layout: 'by-class',
    captions: 'captions.jsonl',
  },
  validation: {
    format: 'kinetics',
    source: 'k400/validate.csv',
    videos: 'k400/validate',
    layout: 'by-class',
  },
  // Any program that reads and answers lines of JSON. A model of Transformers.js needs `model` and `revision` alone.
  caption: {
    out: 'captions.jsonl',
    model: 'colour-captioner',
    revision: '1',
    command: 'node',
    args: ['colour-captioner.mjs'],
  },
  // Without `teacher`, the tiny CLIP that comes with the program.
  score: { output: 'scores' },
  shards: { output: 'shards', encoding: { shortSide: 128 } },
  finetune: {
    preset: 'finetune-b-k400',
    laptop: true,
    length: { epochs: 10 },
    pretrained: 'run',
    output: 'tuned',
  },
  probe: { preset: 'probe-b-k400', laptop: true, model: 'run', output: 'probed' },
});
