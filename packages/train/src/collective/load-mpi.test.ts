import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { loadMpi, titleOf } from './load-mpi.js';

describe('a library of MPI', () => {
  it('that is not there is told with what installs it', async () => {
    const error = { name: 'TrainError', code: 'MPI_MISSING', where: 'here' };
    await expect(loadMpi('here', '/none/libmpi.so')).rejects.toMatchObject({
      ...error,
      expected: 'a library of MPI',
      received: expect.stringMatching(/^none that loads: \/none\/libmpi\.so: .*cannot open/),
      advice:
        'On Debian install one by "apt-get install openmpi-bin libopenmpi3" (Open MPI) or "apt-get install mpich libmpich12" (MPICH).',
    });
  });

  it.skipIf(process.platform !== 'linux')('is not taken for one where it is none', async () => {
    await expect(loadMpi('here', 'libc.so.6')).rejects.toMatchObject({
      code: 'MPI_MISSING',
      received: expect.stringContaining('MPI_Get_library_version'),
    });
  });

  it.each([
    ['Open MPI v4.1.4, package: Debian OpenMPI, ident: 4.1.4', 'Open MPI 4.1.4'],
    ['MPICH Version: 4.0.2', 'MPICH 4.0.2'],
    ['Intel(R) MPI Library 2021.10 for Linux* OS', 'Intel(R) MPI Library 2021.10 for Linux* OS'],
  ])('that says %j is called %j', (version, title) => expect(titleOf(version)).toBe(title));

  it('wants koffi, and says how to install it', async () => {
    // Looking for it fails as it does where it is not installed.
    const hooks = `export async function resolve(name, context, next) {
      if (name !== 'koffi') return next(name, context);
      throw Object.assign(new Error('Cannot find package koffi'), { code: 'ERR_MODULE_NOT_FOUND' });
    }`;
    const address = (code: string) => `data:text/javascript,${encodeURIComponent(code)}`;
    const hiding = address(
      `import { register } from 'node:module'; register(${JSON.stringify(address(hooks))});`,
    );
    const source = new URL('./mpi-processes.ts', import.meta.url).href;
    const program = `const { mpiProcesses } = await import(${JSON.stringify(source)});
      await mpiProcesses().catch(({ name, code, message }) => console.log(name, code, message));`;
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [...['--import', 'tsx', '--import', hiding], '--input-type=module', '--eval', program],
      { cwd: import.meta.dirname },
    );
    expect(stdout).toMatch(/^TrainError MPI_MISSING mpiProcesses: expected the package koffi/);
    expect(stdout).toContain('"npm install --ignore-scripts koffi@3"');
  });
});
