import { describe, expect, it } from 'vitest';
import { launchedBy } from './launcher.js';

describe('what a launcher says', () => {
  it('is nothing where none started the process', () => {
    expect(launchedBy({ PATH: '/bin' })).toBeUndefined();
  });

  it.each([
    [
      'mpirun of Open MPI',
      { OMPI_COMM_WORLD_SIZE: '4', OMPI_COMM_WORLD_RANK: '1', PMIX_RANK: '1' },
      'open-mpi',
      4,
      1,
    ],
    ['mpirun of MPICH', { PMI_SIZE: '3', PMI_RANK: '0', PMI_FD: '6' }, 'mpich', 3, 0],
    ['srun', { SLURM_STEP_NUM_TASKS: '8', SLURM_PROCID: '7', SLURM_NTASKS: '8' }, 'open-mpi', 8, 7],
    [
      'mpirun that was started under Slurm, whose helpers are a step of their own',
      { SLURM_STEP_NUM_TASKS: '2', SLURM_PROCID: '0', OMPI_COMM_WORLD_SIZE: '16', OMPI_COMM_WORLD_RANK: '9' },
      ...(['open-mpi', 16, 9] as const),
    ],
  ] as const)('%s', (_, environment, library, size, rank) => {
    const launched = launchedBy(environment);
    expect(launched?.libraries[0]).toBe(library);
    expect([launched?.size?.value, launched?.rank?.value]).toEqual([size, rank]);
  });

  it('is a rank alone by mpirun of MPICH with -pmi-port', () => {
    const launched = launchedBy({ PMI_PORT: 'host:40685', PMI_ID: '1' });
    expect(launched).toMatchObject({ libraries: ['mpich'], rank: { variable: 'PMI_ID', value: 1 } });
    expect(launched).not.toHaveProperty('size');
  });

  it('is of srun or of mpirun where both set the same variables', () => {
    const srun = { SLURM_STEP_NUM_TASKS: '2', SLURM_PROCID: '1', PMI_SIZE: '2', PMI_RANK: '1', PMI_FD: '11' };
    expect(launchedBy(srun)).toMatchObject({ by: 'srun of Slurm', takesCodes: true });
    expect(launchedBy(srun)?.libraries[0]).toBe('mpich');
    const mpirun = { ...srun, PMI_SIZE: '8', PMI_RANK: '5', MPI_LOCALNRANKS: '4' };
    expect(launchedBy(mpirun)).toMatchObject({ takesCodes: false, size: { value: 8 } });
  });

  it('is nothing in the script of a Slurm job, of which there is one', () => {
    expect(launchedBy({ SLURM_JOB_ID: '12', SLURM_NTASKS: '8', SLURM_PROCID: '0' })).toBeUndefined();
  });

  it('has no number where PMIx says none, or a variable has none', () => {
    expect(launchedBy({ PMIX_RANK: '2' })).toMatchObject({ rank: { variable: 'PMIX_RANK', value: 2 } });
    expect(launchedBy({ PMIX_RANK: '2' })).not.toHaveProperty('size');
    expect(launchedBy({ PMI_SIZE: 'two' })).not.toHaveProperty('size');
  });
});
