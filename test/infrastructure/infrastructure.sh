#!/usr/bin/env bash
# A Docker engine and a Kubernetes cluster of their own for the tests: `up`, `down`, `env`. Needs root on Debian, and Go.
#
# `up` starts what does not run, and prints the variables that the tests read; `npm test` also finds them by itself. What
# an earlier run left behind is removed first. `down` ends and removes everything but the cache.
set -euo pipefail

readonly here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
readonly project=$(cd "$here/../.." && pwd)
# shellcheck source-path=SCRIPTDIR
source "$here/common.sh"
source "$here/base-image.sh"
source "$here/docker-engine.sh"
source "$here/build-kubernetes.sh"
source "$here/certificates.sh"
source "$here/node.sh"
source "$here/cluster.sh"

check_machine() {
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null ||
    fail 'The infrastructure for the tests needs root on Debian: run this as root, on a machine that is only for tests.'
  command -v go >/dev/null ||
    fail 'The cluster is compiled from source: install Go 1.24 or newer, and put it on PATH.'
  mkdir -p "$state" "$cache"
  chmod 755 "$state"
}

install_packages() {
  local missing=() package
  for package in docker.io containerd containernetworking-plugins iptables ipset iproute2 openssl mmdebstrap procps \
    util-linux curl ca-certificates docker-compose postgresql; do
    dpkg-query --show --showformat='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
  done
  if [ "${#missing[@]}" -gt 0 ]; then
    logged "$state/packages.log" apt-get update
    install_debian "${missing[@]}"
  fi
  # Since Debian 13 the client is a package of its own, which docker.io only recommends.
  command -v docker >/dev/null || install_debian docker-cli
}

install_debian() {
  DEBIAN_FRONTEND=noninteractive logged "$state/packages.log" apt-get install --yes --no-install-recommends "$@"
}

build_pause_image() {
  local program
  program=$(compiled pause)
  tar --create --directory "$(dirname "$program")" --transform 's,.*,pause,' "$(basename "$program")" |
    docker_engine import --change 'ENTRYPOINT ["/pause"]' - "$pause_image" >/dev/null
}

import_images() {
  local imported=$state/cluster/imported-images images
  images=$(docker_engine image inspect --format '{{.Id}}' "$worker_image" "$gateway_image")
  if [ "$(cat "$imported" 2>/dev/null)" = "$images" ]; then return; fi
  docker_engine save "$worker_image" "$gateway_image" "$pause_image" |
    logged "$state/cluster/images.log" containerd_client images import -
  echo "$images" >"$imported"
}

write_environment() {
  cat >"$environment_file" <<END
TEST_DOCKER_HOST=unix://$docker_socket
TEST_KUBECONFIG=$state/cluster/admin.kubeconfig
TEST_WORKER_IMAGE=$worker_image
TEST_GATEWAY_IMAGE=$gateway_image
TEST_POSTGRES_IMAGE=$postgres_image
TEST_GATEWAY_CIDRS=$machine_address/32
END
}

build_images() {
  timed 'Docker engine' start_docker
  timed 'Base image' import_base_image
  # No test in containers draws, and some of them have small disks.
  timed 'Image of workers' build_image "$worker_image" --build-arg WITH_PLOTTING= "$project/deploy/worker"
  timed 'Image of the gateway' build_image "$gateway_image" --file "$project/deploy/gateway/Dockerfile" "$project"
  timed 'Image of PostgreSQL' build_image "$postgres_image" "$project/test/infrastructure/postgresql"
}

up() {
  local compiling
  check_machine
  rm -f "$environment_file"
  timed 'Debian packages' install_packages
  # The images mainly wait for downloads and the disk.
  timed 'Kubernetes, compiled' build_kubernetes &
  compiling=$!
  build_images
  wait "$compiling"
  build_pause_image
  timed 'Cluster' start_cluster
  timed 'Images for the cluster' import_images
  write_environment
  cat "$environment_file"
}

down() {
  check_machine
  timed 'Cluster, removed' stop_cluster
  timed 'Docker engine, removed' stop_docker
  remove_folder "$state"
  find /sys/fs/cgroup -maxdepth 2 -name "$cgroup" -exec rmdir {} + 2>/dev/null || true
}

case ${1:-} in
  up) up ;;
  down) down ;;
  env) cat "$environment_file" 2>/dev/null || fail 'The infrastructure does not run: npm run infrastructure -- up.' ;;
  *) fail 'Usage: npm run infrastructure -- up|down|env' ;;
esac
