import { defineConfig } from '@tgm/cli';

/** From the videos as they were published to shards, captions and scores. */
export default defineConfig({
  data: {
    format: 'kinetics',
    source: 'k400/train.csv',
    videos: 'k400/train',
    layout: 'by-class',
    captions: 'captions.jsonl',
  },
  // Any program that reads and answers lines of JSON. A model of Transformers.js needs `model` alone.
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
});
