# Sourced: compiles what the cluster runs. The programs stay in the cache.

readonly kubernetes_version=v1.34.4
readonly kube_router_version=v2.1.0

# The path of a compiled program; another source or version has another path.
compiled() {
  local key
  key=$({ go env GOVERSION; cat "$here/build-kubernetes.sh" "$here/kube/"* "$here/pause/"*; } | sha256sum | cut -c 1-16)
  echo "$cache/$1-$key"
}

# build PROGRAM FUNCTION: calls a function that compiles into the folder given to it, unless the program is in the cache.
build() {
  local file folder
  file=$(compiled "$1")
  if [ -x "$file" ]; then return; fi
  folder=$(mktemp -d "$cache/build.XXXXXX")
  CGO_ENABLED=0 GOFLAGS=-buildvcs=false logged "$state/build.log" "$2" "$folder"
  mv "$folder/$1" "$file"
  rm -rf "$folder"
}

build_kube() {
  # Without the version the parts of Kubernetes refuse each other.
  go build -C "$here/kube" -trimpath -o "$1/kube" \
    -ldflags "-s -w -X k8s.io/component-base/version.gitVersion=$kubernetes_version" .
}

# It enforces network policies.
build_kube_router() {
  GOBIN=$1 go install -trimpath -ldflags '-s -w' \
    "github.com/cloudnativelabs/kube-router/v2/cmd/kube-router@$kube_router_version"
}

build_pause() {
  go build -trimpath -ldflags '-s -w' -o "$1/pause" "$here/pause/main.go"
}

build_kubernetes() {
  build kube build_kube
  build kube-router build_kube_router
  build pause build_pause
}
