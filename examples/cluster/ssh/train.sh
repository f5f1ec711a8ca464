#!/usr/bin/env bash
# examples/cluster/ssh/train.sh examples/cluster/ssh/hosts pretrain /data/shards --cache /tmp/tgm-cache --preset tgm-b-ssv2 --output /data/run
#
# Trains on the machines of a file, a rank each. All of them have this folder, the data and the run's folder under the same paths, and let
# ssh in by a key. kill -USR1 <the process of this line> saves and ends with 75, and the same line goes on from there.
set -euo pipefail

hosts=$1
shift
ranks=$(grep -c '^[[:space:]]*[^#[:space:]]' "$hosts")

# What ranks on other machines have of this shell's environment, where it is set.
names=() exports=()
for name in PATH HF_HOME HF_ENDPOINT HF_TOKEN HTTPS_PROXY NODE_OPTIONS UCX_TLS UCX_NET_DEVICES; do
  if [ -n "${!name:-}" ]; then
    names+=("$name")
    exports+=(-x "$name")
  fi
done

if [[ $(mpirun --version) != *HYDRA* ]]; then
  launcher=(mpirun --hostfile "$hosts" --map-by node --bind-to none "${exports[@]}")
else
  launcher=(mpirun -f "$hosts" -ppn 1 -genvlist "$(IFS=,; echo "${names[*]}")")
fi
"${launcher[@]}" -n "$ranks" node_modules/.bin/tgm "$@" &
mpirun=$!

# Ctrl-C of a terminal goes to mpirun too, other signals go to this script alone.
trap 'kill -USR1 "$mpirun"' USR1
trap 'kill -TERM "$mpirun"' TERM
trap ':' INT
while kill -0 "$mpirun" 2> /dev/null; do wait "$mpirun" || true; done
wait "$mpirun"
