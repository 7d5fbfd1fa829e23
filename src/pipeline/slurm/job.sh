#!/bin/sh
# What every job runs: a stage, by its key, as a person would type it, or what says which engines a node has.
# $1: the project's folder; $2: the store; $3: Deno where it was submitted, which may be elsewhere here; then NUMBER=KEY for every task of the array, or alone=KEY, or engine=NAME.
cd -- "$1" || exit
RAIE_STORE=$2
export RAIE_STORE
deno=$3
[ -x "$deno" ] || deno=deno
shift 3
for task; do
  case $task in
  engine=*)
    found=$RAIE_STORE/submitted/${task#*=}
    # Renamed once it is whole.
    "$deno" task -q doctor --json >"$found.$$" && exec mv -- "$found.$$" "$found"
    exit 1
    ;;
  # Who submits from a task of another array hands on its numbers.
  alone=*) unset SLURM_ARRAY_JOB_ID SLURM_ARRAY_TASK_ID ;;
  "${SLURM_ARRAY_TASK_ID:-none}="*) ;;
  *) continue ;;
  esac
  exec "$deno" task -q stage "${task#*=}"
done
echo "no stage for task ${SLURM_ARRAY_TASK_ID:-none}" >&2
exit 1
