# Sourced: Kubernetes with one node, in a network namespace of its own. The namespace keeps its ports, bridges and firewall
# rules apart from the machine's, and removing it removes them.
#
# The machine reaches the node, and through it the Pods, over a pair of virtual interfaces. Pods see it as another host
# than their node, so network policies apply to the tests.

readonly node=node
readonly namespace=nbgw-cluster
readonly node_address=10.207.0.1
readonly machine_address=10.207.0.2
readonly pod_network=10.208.0.0/24
readonly service_network=10.209.0.0/24
readonly first_service_address=10.209.0.1
readonly containerd_socket=$state/cluster/containerd/containerd.sock
readonly pause_image=docker.io/notebook-gateway-test/pause:1

# start_part NAME COMMAND…: starts a service inside the network namespace. Unlike `ip netns exec`, nsenter leaves the mounts
# alone: containerd and the kubelet have to see each other's.
start_part() {
  local name=$1
  shift
  start_service "cluster/$name" nsenter "--net=/run/netns/$namespace" "$@"
}

api() {
  curl --silent --fail --max-time 5 --cacert "$keys/ca.crt" \
    --header "Authorization: Bearer $(cut -d, -f1 "$keys/tokens.csv")" "https://$node_address:6443$1"
}

node_is_ready() {
  local found
  found=$(api "/api/v1/nodes/$node" | tr -d ' \n')
  grep -qE '"type":"Ready","status":"True"' <<<"$found" && ! grep -q '"taints"' <<<"$found"
}

cluster_is_up() {
  [ -n "$(pid_of cluster/kubelet)" ] && node_is_ready
}

start_cluster() {
  if cluster_is_up; then return; fi
  stop_cluster
  mkdir -p "$state/cluster"
  create_credentials
  create_network
  create_cgroups
  start_etcd
  start_api_server
  route_api_service
  start_containerd
  wait_for cluster/kube-apiserver 60 api /readyz
  start_kubelet
  start_controllers
  wait_for cluster/kubelet 90 node_is_ready
  start_kube_router
  # Until then no Pod can be created in it.
  wait_for cluster/kube-controller-manager 60 api /api/v1/namespaces/default/serviceaccounts/default
}

create_network() {
  ip netns add "$namespace"
  ip link add nbgw-machine type veth peer name nbgw-node netns "$namespace"
  ip address add "$machine_address/30" dev nbgw-machine
  ip link set nbgw-machine up
  ip -n "$namespace" address add "$node_address/30" dev nbgw-node
  ip -n "$namespace" link set nbgw-node up
  ip -n "$namespace" link set lo up
  ip -n "$namespace" route add default via "$machine_address"
  ip route add "$pod_network" via "$node_address"
  nsenter "--net=/run/netns/$namespace" sysctl --quiet --write net.ipv4.ip_forward=1
  # Packets between two Pods cross a bridge only; without this no policy would see them.
  nsenter "--net=/run/netns/$namespace" sysctl --quiet --write net.bridge.bridge-nf-call-iptables=1
}

# The kubelet does not create the parent of its cgroups.
create_cgroups() {
  local controller folder
  if [ -f /sys/fs/cgroup/cgroup.controllers ]; then
    mkdir -p "/sys/fs/cgroup/$cgroup/cluster"
    for folder in /sys/fs/cgroup "/sys/fs/cgroup/$cgroup"; do
      echo '+cpu +cpuset +io +memory +pids' >"$folder/cgroup.subtree_control"
    done
    return
  fi
  for controller in /sys/fs/cgroup/*/; do
    # `unified` is version 2, which has no controllers here.
    [ "$controller" = /sys/fs/cgroup/unified/ ] || mkdir -p "$controller$cgroup/cluster"
  done
  # A new cpuset has no processors and no memory, so no process could enter it.
  for folder in "$cgroup" "$cgroup/cluster"; do
    cat /sys/fs/cgroup/cpuset/cpuset.cpus >"/sys/fs/cgroup/cpuset/$folder/cpuset.cpus"
    cat /sys/fs/cgroup/cpuset/cpuset.mems >"/sys/fs/cgroup/cpuset/$folder/cpuset.mems"
  done
}

start_etcd() {
  start_part etcd "$(compiled kube)" etcd --data-dir "$state/cluster/etcd" --unsafe-no-fsync
}

start_api_server() {
  start_part kube-apiserver "$(compiled kube)" kube-apiserver \
    --etcd-servers=http://127.0.0.1:2379 \
    --bind-address="$node_address" \
    --endpoint-reconciler-type=none \
    --tls-cert-file="$keys/api-server.crt" --tls-private-key-file="$keys/api-server.key" \
    --client-ca-file="$keys/ca.crt" --token-auth-file="$keys/tokens.csv" \
    --anonymous-auth=false --authorization-mode=Node,RBAC --enable-admission-plugins=NodeRestriction \
    --service-account-issuer=https://kubernetes.default.svc \
    --service-account-signing-key-file="$keys/service-accounts.key" \
    --service-account-key-file="$keys/service-accounts.pub" \
    --service-cluster-ip-range="$service_network" \
    --kubelet-client-certificate="$keys/api-server-client.crt" \
    --kubelet-client-key="$keys/api-server-client.key" \
    --kubelet-certificate-authority="$keys/ca.crt" \
    --kubelet-preferred-address-types=InternalIP
}

# There is no service proxy: the one Service that Pods use is that of the API.
route_api_service() {
  nsenter "--net=/run/netns/$namespace" iptables --table nat --append PREROUTING --protocol tcp \
    --destination "$first_service_address" --dport 443 --jump DNAT --to-destination "$node_address:6443"
}

start_controllers() {
  local part=$state/cluster/kube-controller-manager.kubeconfig
  start_part kube-controller-manager "$(compiled kube)" kube-controller-manager \
    --kubeconfig="$part" --authentication-kubeconfig="$part" --authorization-kubeconfig="$part" \
    --leader-elect=false --use-service-account-credentials \
    --service-account-private-key-file="$keys/service-accounts.key" --root-ca-file="$keys/ca.crt" \
    --node-monitor-period=1s --node-monitor-grace-period=8s
  start_part kube-scheduler "$(compiled kube)" kube-scheduler \
    --kubeconfig="$state/cluster/kube-scheduler.kubeconfig" --leader-elect=false
}

start_kube_router() {
  start_part kube-router "$(compiled kube)" kube-router --kubeconfig="$state/cluster/admin.kubeconfig" \
    --run-firewall=true --run-router=false --run-service-proxy=false \
    --hostname-override="$node" --service-cluster-ip-range="$service_network" --health-port=0 --metrics-port=0
  wait_for cluster/kube-router 30 nsenter "--net=/run/netns/$namespace" iptables -L KUBE-ROUTER-FORWARD
}

stop_cluster() {
  kill_part cluster
  remove_folder "$state/cluster"
  ip netns delete "$namespace" 2>/dev/null || true
  ip link delete nbgw-machine 2>/dev/null || true
}
