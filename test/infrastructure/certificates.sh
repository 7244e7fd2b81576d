# Sourced: keys, certificates and client configurations of the cluster. They are valid for as long as its folder lives.

readonly keys=$state/cluster/keys

# certificate NAME SUBJECT ALTERNATIVE_NAMES
certificate() {
  local file=$keys/$1
  openssl req -newkey rsa:2048 -nodes -keyout "$file.key" -out "$file.request" -subj "$2"
  printf 'subjectAltName=%s\nextendedKeyUsage=serverAuth,clientAuth\n' "$3" >"$file.extensions"
  openssl x509 -req -in "$file.request" -CA "$keys/ca.crt" -CAkey "$keys/ca.key" -CAcreateserial \
    -out "$file.crt" -days 30 -extfile "$file.extensions"
}

create_keys() {
  mkdir -p "$keys"
  openssl req -x509 -newkey rsa:2048 -nodes -keyout "$keys/ca.key" -out "$keys/ca.crt" -subj /CN=tests -days 30
  certificate api-server /CN=kube-apiserver "IP:$node_address,IP:$first_service_address,DNS:kubernetes.default.svc"
  certificate api-server-client /O=system:masters/CN=kube-apiserver-kubelet-client DNS:client
  certificate kubelet "/O=system:nodes/CN=system:node:$node" "IP:$node_address"
  certificate kube-controller-manager /CN=system:kube-controller-manager DNS:client
  certificate kube-scheduler /CN=system:kube-scheduler DNS:client
  openssl genrsa -out "$keys/service-accounts.key" 2048
  openssl rsa -in "$keys/service-accounts.key" -pubout -out "$keys/service-accounts.pub"
}

# client_configuration NAME USER: writes a kubeconfig.
client_configuration() {
  cat >"$state/cluster/$1.kubeconfig" <<END
apiVersion: v1
kind: Config
clusters:
  - name: tests
    cluster: { server: "https://$node_address:6443", certificate-authority: "$keys/ca.crt" }
users:
  - name: $1
    user: $2
contexts:
  - name: tests
    context: { cluster: tests, user: $1 }
current-context: tests
END
}

create_credentials() {
  local token part
  logged "$state/cluster/keys.log" create_keys
  token=$(openssl rand -hex 24)
  echo "$token,admin,admin,system:masters" >"$keys/tokens.csv"
  client_configuration admin "{ token: $token }"
  for part in kubelet kube-controller-manager kube-scheduler; do
    client_configuration "$part" "{ client-certificate: $keys/$part.crt, client-key: $keys/$part.key }"
  done
  chmod 600 "$keys"/*.key "$keys/tokens.csv" "$state/cluster/"*.kubeconfig
}
