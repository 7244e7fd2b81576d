# Sourced: containerd and the kubelet.

start_containerd() {
  local folder=$state/cluster/containerd
  mkdir -p "$folder" "$state/cluster/cni"
  cat >"$folder/config.toml" <<END
version = 2
root = "$folder/root"
state = "$folder/state"
[grpc]
  address = "$containerd_socket"
[plugins."io.containerd.internal.v1.opt"]
  path = "$folder/opt"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "$pause_image"
  disable_tcp_service = true
  # Not every machine lets its root make a process less likely to be killed when memory runs out.
  restrict_oom_score_adj = true
  # Otherwise they are in /run/netns, beside other people's.
  netns_mounts_under_state_dir = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "$state/cluster/cni"
END
  cat >"$state/cluster/cni/10-pods.conflist" <<END
{
  "cniVersion": "0.4.0",
  "name": "pods",
  "plugins": [
    {
      "type": "bridge",
      "bridge": "pods",
      "isGateway": true,
      "hairpinMode": true,
      "ipam": {
        "type": "host-local",
        "dataDir": "$state/cluster/addresses",
        "ranges": [[{ "subnet": "$pod_network" }]],
        "routes": [{ "dst": "0.0.0.0/0" }]
      }
    }
  ]
}
END
  start_part containerd containerd --config "$folder/config.toml"
  wait_for cluster/containerd 30 containerd_client version
}

containerd_client() {
  ctr --address "$containerd_socket" --namespace k8s.io "$@"
}

start_kubelet() {
  local folder=$state/cluster/kubelet
  mkdir -p "$folder"
  cat >"$folder/config.yaml" <<END
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
address: $node_address
healthzPort: 0
authentication:
  anonymous: { enabled: false }
  webhook: { enabled: false }
  x509: { clientCAFile: $keys/ca.crt }
authorization: { mode: AlwaysAllow }
tlsCertFile: $keys/kubelet.crt
tlsPrivateKeyFile: $keys/kubelet.key
containerRuntimeEndpoint: unix://$containerd_socket
cgroupDriver: cgroupfs
cgroupRoot: /$cgroup/cluster
failCgroupV1: false
failSwapOn: false
oomScoreAdj: 0
podPidsLimit: 256
makeIPTablesUtilChains: false
podLogsDir: $state/cluster/logs
volumePluginDir: $folder/plugins
nodeStatusUpdateFrequency: 2s
# Images are imported, not pulled: none may be removed to make room, and a full disk is no reason to evict.
imageGCHighThresholdPercent: 100
imageGCLowThresholdPercent: 99
evictionHard:
  memory.available: 64Mi
  nodefs.available: 1%
  nodefs.inodesFree: 1%
  imagefs.available: 1%
  imagefs.inodesFree: 1%
END
  start_part kubelet "$(compiled kube)" kubelet --config "$folder/config.yaml" \
    --kubeconfig "$state/cluster/kubelet.kubeconfig" --hostname-override "$node" --node-ip "$node_address" \
    --root-dir "$folder" --cert-dir "$folder/certificates"
}
