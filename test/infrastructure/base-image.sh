# Sourced: the base of the images, made from Debian's packages, because tests cannot pull one from a registry.

# What decides the contents of the base: another Node, Debian or script makes another one.
base_key() {
  { node --version; cat /etc/os-release "$here/base-image.sh"; } | sha256sum | cut -c 1-16
}

base_image() {
  echo "notebook-gateway-test/base:$(base_key)"
}

# Debian with Python and Git, and with this machine's Node and certificates.
make_base_archive() {
  local archive=$1 release node_root
  if [ -f "$archive" ]; then return; fi
  release=$(. /etc/os-release && echo "$VERSION_CODENAME")
  node_root=$(dirname "$(dirname "$(realpath "$(command -v node)")")")
  # Documentation is left out: it is most of the files.
  logged "$state/base-image.log" mmdebstrap --variant=minbase \
    --include=python3,python3-venv,git,ca-certificates,libstdc++6 \
    --dpkgopt='path-exclude=/usr/share/man/*' \
    --dpkgopt='path-exclude=/usr/share/doc/*' \
    --dpkgopt='path-exclude=/usr/share/locale/*' \
    --customize-hook="copy-in $node_root/bin/node /usr/bin" \
    --customize-hook='mkdir -p "$1/usr/lib/node_modules"' \
    --customize-hook="copy-in $node_root/lib/node_modules/npm /usr/lib/node_modules" \
    --customize-hook='ln -s ../lib/node_modules/npm/bin/npm-cli.js "$1/usr/bin/npm"' \
    --customize-hook='copy-in /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs' \
    "$release" "$archive.new.tar"
  mv "$archive.new.tar" "$archive"
}

import_base_image() {
  local archive certificates=/etc/ssl/certs/ca-certificates.crt
  archive=$cache/base-$(base_key).tar
  if docker_engine image inspect "$(base_image)" >/dev/null 2>&1; then return; fi
  make_base_archive "$archive"
  # pip and npm bring certificates of their own, with which not every network lets them reach their registries.
  docker_engine import \
    --change "ENV PIP_CERT=$certificates NODE_EXTRA_CA_CERTS=$certificates" \
    --change 'CMD ["/bin/bash"]' \
    "$archive" "$(base_image)" >/dev/null
}
