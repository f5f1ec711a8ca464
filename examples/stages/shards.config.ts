import { defineConfig } from '@tgm/cli';

/** What reads the shards. */
export default defineConfig({
  data: { format: 'shards', source: 'shards', cache: 'cache' },
  pretrain: {
    preset: 'tgm-b-k400',
    laptop: true,
    leakSafe: true,
    length: { epochs: 15 },
    scores: 'scores',
    output: 'run',
    saveEvery: 20,
  },
});
