import { optionsContract } from '@tgm/options/testing';
import { it } from 'vitest';
import * as backend from './index.js';

const checks = optionsContract({
  module: backend,
  declarations: `${import.meta.dirname}/../dist`,
  calls: {
    onnxEngine: async (extra) => (await backend.onnxEngine({ threads: 1, ...extra })).dispose(),
  },
});
for (const { name, run } of checks) it(name, run);
