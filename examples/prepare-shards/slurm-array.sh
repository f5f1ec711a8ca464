#!/usr/bin/env bash
# sbatch examples/prepare-shards/slurm-array.sh clips.jsonl /data/shards
# Sixteen tasks share the data set. A task that was killed is run again by the same line: shards that are there stay.
#SBATCH --job-name=prepare-shards
#SBATCH --array=0-15
#SBATCH --cpus-per-task=2
#SBATCH --mem=4G
#SBATCH --time=12:00:00
#SBATCH --requeue
#SBATCH --signal=B:TERM@60
#SBATCH --output=prepare-%A_%a.log
set -euo pipefail

exec node_modules/.bin/tgm shards "$1" --output "$2" \
  --shard "$SLURM_ARRAY_TASK_ID/$SLURM_ARRAY_TASK_COUNT"
