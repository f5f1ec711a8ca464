#!/usr/bin/env bash
# sbatch examples/cluster/slurm/train.sh pretrain /data/shards --cache /tmp/tgm-cache --preset tgm-b-ssv2 --output /data/run
# SLURM_MPI_TYPE=pmi2 sbatch --nodes=8 examples/cluster/slurm/train.sh finetune ...
#
# One rank a node, all of its cores for the rank. Five minutes before the time is up all ranks save, and the job goes back into the queue.
# It goes on from there, with the same line. A node that fails brings it back from the last checkpoint.
#SBATCH --job-name=tgm-train
#SBATCH --nodes=4
#SBATCH --ntasks-per-node=1
#SBATCH --cpus-per-task=16
#SBATCH --mem=64G
#SBATCH --time=24:00:00
#SBATCH --requeue
#SBATCH --signal=USR1@300
#SBATCH --open-mode=append
#SBATCH --output=tgm-train-%j.log
set -uo pipefail

# pmix brings together Open MPI, pmi2 MPICH.
export SLURM_MPI_TYPE="${SLURM_MPI_TYPE:-pmix}"

# Ranks that save together need not end in the same instant, so the first that ends must not kill the others; --wait does so
# half a minute later.
srun --kill-on-bad-exit=0 --wait=30 --cpus-per-task="$SLURM_CPUS_PER_TASK" node_modules/.bin/tgm "$@"
status=$?

case "$status" in
  # Stopped before the end with everything kept.
  75) scontrol requeue "$SLURM_JOB_ID" ;;
  # A rank was killed: by the system, for its memory, or because another rank had ended.
  137) status=1 ;;
esac
exit "$status"
