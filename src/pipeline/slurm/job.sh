#!/bin/sh
# What every job runs: a stage, by its key, as a person would type it.
# $1: the project's folder; $2: the store; then NUMBER=KEY for every task of the array, or alone=KEY.
cd -- "$1" || exit
RAIE_STORE=$2
export RAIE_STORE
shift 2
for task; do
  case $task in
  # Who submits from a task of another array hands on its numbers.
  alone=*) unset SLURM_ARRAY_JOB_ID SLURM_ARRAY_TASK_ID ;;
  "${SLURM_ARRAY_TASK_ID:-none}="*) ;;
  *) continue ;;
  esac
  exec deno task -q stage "${task#*=}"
done
echo "no stage for task ${SLURM_ARRAY_TASK_ID:-none}" >&2
exit 1
