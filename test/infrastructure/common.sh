# Sourced by the other scripts of this folder: where things are, how long steps take, how services start and stop.

# The folder of everything that runs. It is always the same one, so that the tests find it.
readonly state=${TMPDIR:-/tmp}/notebook-gateway-infrastructure
# What takes minutes to make, kept between runs. A file's name contains the hash of what it was made from.
readonly cache=${XDG_CACHE_HOME:-$HOME/.cache}/notebook-gateway-infrastructure
readonly environment_file=$state/environment
# The parent of the cgroups of all containers and Pods, so that they can be found after a crash.
readonly cgroup=notebook-gateway-infrastructure

fail() {
  echo "$*" >&2
  exit 1
}

# timed WHAT COMMAND…: runs a command, then prints how long it took.
timed() {
  local what=$1 from=$EPOCHREALTIME
  shift
  "$@"
  printf '%s: %s s\n' "$what" "$(awk -v a="$from" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.1f", b - a }')"
}

# hash_of FILE…: a short hash of the contents of files.
hash_of() {
  cat "$@" | sha256sum | cut -c 1-16
}

# logged LOG COMMAND…: runs a command with its output in a file; when it fails, shows the end of that.
logged() {
  local log=$1
  shift
  "$@" >"$log" 2>&1 || {
    tail -n 30 "$log" >&2
    fail "This failed: $*. Its whole output is in $log."
  }
}

# start_service PART/NAME COMMAND…: starts a process that outlives this script. Its folder below `services` has the script
# that starts it, its process id and its log; the tests use those to kill it and to start it again.
start_service() {
  local folder=$state/services/$1
  shift
  mkdir -p "$folder"
  {
    echo '#!/bin/bash'
    # Inherited by all its child processes, see processes_of.
    printf 'export NOTEBOOK_GATEWAY_INFRASTRUCTURE=%q\n' "$(dirname "$folder")"
    printf 'echo $$ > %q\n' "$folder/pid"
    printf 'exec'
    printf ' %q' "$@"
    printf ' >> %q 2>&1 < /dev/null\n' "$folder/log"
  } >"$folder/start"
  chmod 700 "$folder/start"
  rm -f "$folder/pid"
  setsid --fork "$folder/start"
}

# The process id of a service that runs; nothing otherwise. After a restart of the machine the id may be another process's.
pid_of() {
  local pid
  pid=$(cat "$state/services/$1/pid" 2>/dev/null) || return 0
  if is_of_part "$(dirname "$1")" "$pid"; then echo "$pid"; fi
}

is_of_part() {
  grep -qzxF "NOTEBOOK_GATEWAY_INFRASTRUCTURE=$state/services/$1" "/proc/$2/environ" 2>/dev/null
}

# wait_for PART/NAME SECONDS COMMAND…: repeats a command until it succeeds. When the time is over, or the service has ended,
# it shows the end of the service's log.
wait_for() {
  local name=$1 seconds=$2 end=$((SECONDS + $2)) seen=$SECONDS
  shift 2
  until "$@" >/dev/null 2>&1; do
    [ -z "$(pid_of "$name")" ] || seen=$SECONDS
    # A service writes its process id itself, and while it replaces its program its environment cannot be read.
    if [ "$SECONDS" -ge "$end" ] || [ $((SECONDS - seen)) -ge 3 ]; then
      tail -n 30 "$state/services/$name/log" >&2 || true
      fail "$name ended, or was not ready after $seconds s. Its log is in $state/services/$name/log."
    fi
    sleep 0.2
  done
}

# The processes of a part: its services, what those left behind, such as containerd's shims, and what is in its containers.
processes_of() {
  grep -lszxF "NOTEBOOK_GATEWAY_INFRASTRUCTURE=$state/services/$1" /proc/[0-9]*/environ | cut -d / -f 3
  find /sys/fs/cgroup -path "*/$cgroup/$1/*" -name cgroup.procs -exec cat {} + 2>/dev/null | sort -u
}

# kill_part PART: ends all processes of a part. None has anything to save.
kill_part() {
  local processes end=$((SECONDS + 30))
  while processes=$(processes_of "$1" || true) && [ -n "$processes" ]; do
    if [ "$SECONDS" -ge "$end" ]; then fail "These processes do not end:" $processes; fi
    # shellcheck disable=SC2086
    kill -KILL $processes 2>/dev/null || true
    sleep 0.2
  done
  rm -rf "$state/services/$1"
  find /sys/fs/cgroup -depth -type d -path "*/$cgroup/$1*" -exec rmdir {} + 2>/dev/null || true
}

# remove_folder FOLDER: removes a folder below $state. Never deletes through a mount: that could be anyone's files.
remove_folder() {
  local mounts
  mounts() { awk -v below="$1/" '{ if (index($5 "/", below) == 1) print $5 }' /proc/self/mountinfo | sort -r; }
  mounts "$1" | xargs -r -n 1 umount --lazy
  if [ -n "$(mounts "$1")" ]; then fail "Something is still mounted in $1. Unmount it and try again."; fi
  rm -rf --one-file-system "$1"
}
