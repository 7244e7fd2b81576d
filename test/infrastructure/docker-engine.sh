# Sourced: a Docker engine of its own, beside one that the machine may have, with the images that the tests run.

readonly docker_socket=$state/docker/docker.sock
readonly docker_bridge=nbgw-docker
readonly docker_network=10.206.0.1/24
# Without a tag, Kubernetes would want to pull them.
readonly worker_image=notebook-gateway-test/worker:1
readonly gateway_image=notebook-gateway-test/gateway:1
readonly postgres_image=notebook-gateway-test/postgresql:1

docker_engine() {
  docker --host "unix://$docker_socket" "$@"
}

docker_is_up() {
  [ -n "$(pid_of docker/dockerd)" ] && timeout 5 docker --host "unix://$docker_socket" version >/dev/null 2>&1
}

start_docker() {
  docker_is_up && return
  stop_docker
  mkdir -p "$state/docker"
  remember_firewall
  ip link add "$docker_bridge" type bridge
  ip address add "$docker_network" dev "$docker_bridge"
  ip link set "$docker_bridge" up
  start_containers_of_docker
  # A file of its own, or the engine would read the machine's.
  cat >"$state/docker/daemon.json" <<END
{
  "hosts": ["unix://$docker_socket"],
  "data-root": "$state/docker/data",
  "exec-root": "$state/docker/exec",
  "pidfile": "$state/docker/pid",
  "containerd": "$state/docker/containerd/containerd.sock",
  "bridge": "$docker_bridge",
  "live-restore": true,
  "cgroup-parent": "/$cgroup/docker",
  "exec-opts": ["native.cgroupdriver=cgroupfs"]
}
END
  # An engine that was killed leaves its pid file, and would not start beside that.
  start_service docker/dockerd \
    bash -c 'rm -f "$1/pid"; exec dockerd --config-file "$1/daemon.json"' dockerd "$state/docker"
  wait_for docker/dockerd 30 docker_engine version
}

# A containerd apart from the engine, as on a server: one that the engine starts ends with it.
start_containers_of_docker() {
  local folder=$state/docker/containerd
  mkdir -p "$folder"
  cat >"$folder/config.toml" <<END
version = 2
root = "$folder/root"
state = "$folder/state"
disabled_plugins = ["io.containerd.grpc.v1.cri"]
[grpc]
  address = "$folder/containerd.sock"
[plugins."io.containerd.internal.v1.opt"]
  path = "$folder/opt"
END
  start_service docker/containerd containerd --config "$folder/config.toml"
  wait_for docker/containerd 30 ctr --address "$folder/containerd.sock" version
}

# The engine sets the policy of the chain FORWARD to DROP, and adds chains of its own.
remember_firewall() {
  iptables -S FORWARD | head -n 1 >"$state/docker/forward-policy"
  if iptables -n -L DOCKER >/dev/null 2>&1; then touch "$state/docker/other-engine"; fi
}

# The bridges of all networks of the engine, also of one that was killed.
bridges_of_docker() {
  echo "$docker_bridge"
  grep -aohE '"BridgeName":"[^"]+"' "$state/docker/data/network/files/local-kv.db" 2>/dev/null | cut -d '"' -f 4
}

# Rules are deleted one by one: other programs change theirs at the same time.
restore_network() {
  local bridge table chain ours=''
  for bridge in $(bridges_of_docker | sort -u); do
    ours="$ours|$bridge"
    ip link delete "$bridge" 2>/dev/null || true
  done
  [ -f "$state/docker/forward-policy" ] || return 0
  # The engines of a machine share these chains.
  [ -f "$state/docker/other-engine" ] || ours="$ours|DOCKER"
  for table in filter nat; do
    iptables --table "$table" --list-rules | grep -E "^-A .*(${ours#|})" | sed 's/^-A/-D/' |
      xargs -r -L 1 iptables --table "$table" || true
    [ ! -f "$state/docker/other-engine" ] || continue
    for chain in $(iptables --table "$table" --list-rules | sed -n 's/^-N \(DOCKER.*\)/\1/p'); do
      iptables --table "$table" --delete-chain "$chain" || true
    done
  done
  xargs iptables <"$state/docker/forward-policy"
}

stop_docker() {
  kill_part docker
  restore_network
  remove_folder "$state/docker"
}

# build_image NAME ARGUMENT…: builds on the base image, with the network and the package index of the machine.
build_image() {
  local name=$1 variable
  shift
  local arguments=(--network host --build-arg "BASE=$(base_image)" --tag "$name")
  for variable in PIP_INDEX_URL PIP_EXTRA_INDEX_URL; do
    if [ -n "${!variable:-}" ]; then arguments+=(--build-arg "$variable"); fi
  done
  logged "$state/build-image.log" docker_engine build "${arguments[@]}" "$@"
}
