#!/bin/sh
# What every job runs: a stage, by its key, as a person would type it.
# $1: the project's folder; $2: the store; then NUMBER=KEY for every task of the array, or 0=KEY.
cd -- "$1" || exit
RAIE_STORE=$2
export RAIE_STORE
shift 2
for task; do
  case $task in "${SLURM_ARRAY_TASK_ID:-0}="*) exec deno task -q stage "${task#*=}" ;; esac
done
echo "no stage for task ${SLURM_ARRAY_TASK_ID:-0}" >&2
exit 1
