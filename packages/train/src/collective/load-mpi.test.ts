import { describe, expect, it } from 'vitest';
import { loadMpi } from './load-mpi.js';

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
});
