import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const require = createRequire(import.meta.url);
const TYPES = dirname(require.resolve('kubernetes-types/package.json'));
const COMPILER = join(dirname(require.resolve('typescript/package.json')), 'bin/tsc');

/** Types of documents: the name, and the module that has it. */
const JOB = { name: 'Job', from: join(TYPES, 'batch/v1.js') };
const MPI_JOB = { name: 'MpiJob', from: join(import.meta.dirname, 'mpi-job.ts') };

/**
 * What the compiler finds wrong in documents, by their names: fields that a kind does not have, has not got, or has of another type.
 * `Job` is that of the package kubernetes-types, `MPIJob` is written down in this folder.
 */
export function typeErrors(documents: Readonly<Record<string, { kind: string }>>): Record<string, string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'typed-'));
  try {
    const files = Object.entries(documents).map(([name, document]) => {
      const type = document.kind === 'MPIJob' ? MPI_JOB : JOB;
      const file = join(folder, `${name}.ts`);
      const lines = [
        `import type { ${type.name} } from '${type.from}';`,
        `export const document: ${type.name} = ${JSON.stringify(document)};`,
      ];
      writeFileSync(file, lines.join('\n'));
      return file;
    });
    const flags = ['--noEmit', '--strict', '--skipLibCheck', '--ignoreConfig', '--types', ''];
    const rules = ['--module', 'preserve', '--target', 'es2022', '--allowImportingTsExtensions'];
    const told = spawnSync(process.execPath, [COMPILER, ...flags, ...rules, ...files], { cwd: folder });
    const lines = told.stdout.toString().split('\n');
    return Object.fromEntries(
      Object.keys(documents).map((name) => [
        name,
        lines
          .filter((line) => line.startsWith(`${name}.ts(`))
          .map((line) => line.replace(/^.*?: error /, '')),
      ]),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}
