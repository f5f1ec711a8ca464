#!/usr/bin/env bash
# sbatch examples/cluster/slurm/prepare.sh shards clips.jsonl --output /data/shards
# sbatch --array=0-63 examples/cluster/slurm/prepare.sh score clips.jsonl --output /data/scores --clip /data/clip
#
# The tasks of the array share the work: each does the part of its number. Two minutes before the time is up a task saves and goes back
# into the queue. What is there already is not made again.
#SBATCH --job-name=tgm-prepare
#SBATCH --array=0-15
#SBATCH --ntasks=1
#SBATCH --cpus-per-task=2
#SBATCH --mem=4G
#SBATCH --time=12:00:00
#SBATCH --requeue
#SBATCH --signal=USR1@120
#SBATCH --open-mode=append
#SBATCH --output=tgm-prepare-%A_%a.log
set -uo pipefail

srun --mpi=none --cpus-per-task="$SLURM_CPUS_PER_TASK" \
  node_modules/.bin/tgm "$@" --shard "$SLURM_ARRAY_TASK_ID/$SLURM_ARRAY_TASK_COUNT"
status=$?

# 75: stopped before the end with everything kept.
if [ "$status" -eq 75 ]; then scontrol requeue "$SLURM_JOB_ID"; fi
exit "$status"
