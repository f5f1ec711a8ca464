import type { PodTemplateSpec } from 'kubernetes-types/core/v1.js';
import type { ObjectMeta } from 'kubernetes-types/meta/v1.js';

/** `MPIJob` of `kubeflow.org/v2beta1`, as people write it for the MPI operator 0.5 and later. */
export interface MpiJob {
  readonly apiVersion: 'kubeflow.org/v2beta1';
  readonly kind: 'MPIJob';
  readonly metadata: ObjectMeta;
  readonly spec: {
    readonly mpiImplementation?: 'OpenMPI' | 'Intel' | 'MPICH';
    /** Ranks of a worker, default 1. */
    readonly slotsPerWorker?: number;
    readonly runLauncherAsWorker?: boolean;
    readonly launcherCreationPolicy?: 'AtStartup' | 'WaitForWorkersReady';
    /** Where the keys of ssh are mounted, default `/root/.ssh`. */
    readonly sshAuthMountPath?: string;
    readonly runPolicy?: {
      readonly cleanPodPolicy?: 'All' | 'Running' | 'None';
      readonly ttlSecondsAfterFinished?: number;
      readonly activeDeadlineSeconds?: number;
      /** How often a launcher is started again. */
      readonly backoffLimit?: number;
      readonly suspend?: boolean;
    };
    readonly mpiReplicaSpecs: { readonly Launcher: MpiReplicas; readonly Worker: MpiReplicas };
  };
}

interface MpiReplicas {
  readonly replicas?: number;
  readonly restartPolicy?: 'Always' | 'OnFailure' | 'Never' | 'ExitCode';
  readonly template: PodTemplateSpec;
}
