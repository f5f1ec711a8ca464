import { createRequire } from 'node:module';

/** What became of one spec. */
export interface SpecResult {
  readonly name: string;
  readonly status: 'passed' | 'failed' | 'pending' | 'excluded';
  readonly failures: readonly string[];
}

interface JasmineEnvironment {
  configure(options: object): void;
  addReporter(reporter: object): void;
  execute(): Promise<unknown>;
}

/**
 * Loads Jasmine, which TensorFlow.js's specs are written for, puts its functions where the specs look for them,
 * lets `load` define the specs, and runs them one after another.
 */
export async function runSpecs(load: () => Promise<unknown>): Promise<SpecResult[]> {
  const require = createRequire(import.meta.url);
  const jasmineRequire = require('jasmine-core');
  const results: SpecResult[] = [];
  const { jasmine, ...functions } = jasmineRequire.noGlobals();
  const environment = jasmine.getEnv() as JasmineEnvironment;
  // TensorFlow.js's own jasmine_util.js calls `require`.
  Object.assign(globalThis, functions, { jasmine, require });
  environment.configure({ random: false, forbidDuplicateNames: false });
  environment.addReporter({
    specDone: ({ fullName, status, failedExpectations }: JasmineSpec) =>
      results.push({ name: fullName, status, failures: failedExpectations.map(({ message }) => message) }),
  });
  await load();
  await environment.execute();
  return results;
}

interface JasmineSpec {
  readonly fullName: string;
  readonly status: SpecResult['status'];
  readonly failedExpectations: readonly { readonly message: string }[];
}
