# Sourced: compiles what the cluster runs. The programs stay in the cache.

readonly kubernetes_version=v1.34.4

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
  # The compiler collects its garbage less often: it has the memory, and takes less time.
  GOGC=400 CGO_ENABLED=0 GOFLAGS=-buildvcs=false logged "$state/build.log" "$2" "$folder"
  mv "$folder/$1" "$file"
  rm -rf "$folder"
}

build_kube() {
  # Without the version the parts of Kubernetes refuse each other. What debuggers read takes a fifth of the time.
  go build -C "$here/kube" -trimpath -gcflags=all=-dwarf=false -o "$1/kube" \
    -ldflags "-s -w -X k8s.io/component-base/version.gitVersion=$kubernetes_version" .
}

build_pause() {
  go build -trimpath -ldflags '-s -w' -o "$1/pause" "$here/pause/main.go"
}

build_kubernetes() {
  build kube build_kube
  build pause build_pause
}
