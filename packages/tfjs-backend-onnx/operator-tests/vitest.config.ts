import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { defineConfig } from 'vitest/config';

const { resolve } = createRequire(import.meta.url);
const packageOf = (name: string): string => dirname(resolve(`${name}/package.json`));

/** The one thing that the specs' own set-up requires, from wherever npm has put it. */
const jasmineCore = {
  name: 'jasmine-core',
  transform(code: string, id: string) {
    if (!id.endsWith('jasmine_util.js')) return;
    const wanted = 'jasmine-core/lib/jasmine-core/jasmine.js';
    return { code: code.replace(`'${wanted}'`, JSON.stringify(resolve(wanted))), map: null };
  },
};

export default defineConfig({
  root: import.meta.dirname,
  plugins: [jasmineCore],
  resolve: {
    alias: [
      { find: /^@tensorflow\/tfjs$/, replacement: join(import.meta.dirname, 'tensorflow.ts') },
      // The modules that the specs import by relative paths, instead of the bundle for Node.
      {
        find: /^@tensorflow\/tfjs-core$/,
        replacement: join(packageOf('@tensorflow/tfjs-core'), 'dist/index.js'),
      },
      {
        find: /^@tensorflow\/tfjs-backend-cpu$/,
        replacement: join(packageOf('@tensorflow/tfjs-backend-cpu'), 'dist/index.js'),
      },
    ],
  },
  server: { fs: { strict: false } },
  test: {
    include: ['*.test.ts'],
    server: { deps: { inline: [/@tensorflow\/tfjs-(core|backend-cpu)/] } },
  },
});
