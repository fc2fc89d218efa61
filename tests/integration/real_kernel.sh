# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# What real_kernel.py has its virtual machine do, in busybox's sh: a node with limits, load, WireGuard and a firewall. Whatever
# is printed below "==== NAME" is for the test to compare.
group=/sys/fs/cgroup/system.slice/nym-node.service

ip() { /bin/ip "$@"; } # not busybox's own

in_group() { sh -c 'echo $$ > "$0/cgroup.procs"; exec "$@"' "$group" "$@"; }

print_files() {
  local file
  for file in "$group"/*; do
    echo "==== $1 ${file##*/}"
    cat "$file" 2>/dev/null || true
  done
}

print_scrape() {
  echo "==== $1"
  mixnet-exporter scrape --no-collector.node_api || echo "# status $?"
}

start_node() {
  local controllers="+cpu +memory +io +pids"
  mkdir -p "$group"
  echo "$controllers" >/sys/fs/cgroup/cgroup.subtree_control
  echo "$controllers" >/sys/fs/cgroup/system.slice/cgroup.subtree_control
  echo "150000 100000" >"$group/cpu.max"
  echo 96M >"$group/memory.high"
  echo 128M >"$group/memory.max"
  mkdir -p /home/nym/config
  in_group nym-node run --mode exit-gateway --id test --accept-operator-terms-and-conditions --wireguard-enabled true \
    --config-file /home/nym/config/config.toml >/tmp/node &
  until [ -s /tmp/node ]; do sleep 0.1; done
}

# Disk, memory and tasks, each up to its limit or past it.
load() {
  dd if=/dev/zero of=/tmp/disk bs=1M count=8 2>/dev/null
  losetup /dev/loop0 /tmp/disk
  in_group dd if=/dev/zero of=/dev/loop0 bs=64k count=48 oflag=direct 2>/dev/null
  in_group dd if=/dev/loop0 of=/dev/null bs=32k count=20 iflag=direct 2>/dev/null
  echo max >"$group/memory.high"
  in_group dd if=/dev/zero of=/dev/null bs=300M count=1 2>/dev/null || true # killed: it is more than memory.max
  echo 96M >"$group/memory.high"
  cat "$group/pids.current" >"$group/pids.max"
  in_group sh -c 'true; (true); true' 2>/dev/null || true # may not fork
}

# Two network namespaces, and one of two peers in the other.
shake_hands() {
  local name
  for name in node client other; do wg genkey >"/tmp/$name.key"; done
  ip netns add clients
  ip link add veth0 type veth peer name veth1 netns clients
  ip address add 192.0.2.1/24 dev veth0
  ip -n clients address add 192.0.2.2/24 dev veth1
  ip link set veth0 up
  ip -n clients link set veth1 up
  ip link add nymwg type wireguard
  wg set nymwg listen-port 51822 private-key /tmp/node.key \
    peer "$(wg pubkey </tmp/client.key)" allowed-ips 10.1.0.2/32 \
    peer "$(wg pubkey </tmp/other.key)" allowed-ips 10.1.0.3/32
  ip address add 10.1.0.1/24 dev nymwg
  ip link set nymwg up
  ip -n clients link add wg0 type wireguard
  ip netns exec clients wg set wg0 private-key /tmp/client.key \
    peer "$(wg pubkey </tmp/node.key)" endpoint 192.0.2.1:51822 allowed-ips 10.1.0.1/32
  ip -n clients address add 10.1.0.2/24 dev wg0
  ip -n clients link set wg0 up
  ip netns exec clients ping -c 3 10.1.0.1 >&2
}

# The exit policy, as Nym's scripts write it: whole for IPv4, without its end for IPv6.
write_firewall() {
  local command
  for command in iptables ip6tables; do
    xtables-nft-multi "$command" -N NYM-EXIT
    xtables-nft-multi "$command" -A FORWARD -i nymtun0 -j NYM-EXIT
    xtables-nft-multi "$command" -A NYM-EXIT -p tcp --dport 443 -j ACCEPT
    xtables-nft-multi "$command" -A NYM-EXIT -p udp --dport 53 -j ACCEPT
  done
  xtables-nft-multi iptables -A NYM-EXIT -j REJECT
}

umask 077
start_node
load
echo 1 >"$group/cgroup.freeze"
until grep -q "frozen 1" "$group/cgroup.events"; do sleep 0.1; done
sleep 1
print_scrape "without WireGuard"
shake_hands
write_firewall
print_files before
print_scrape scrape
print_files after
echo "==== handshakes"
wg show nymwg latest-handshakes | cut -f 2
echo "==== now"
date +%s
date -s "@$(($(date +%s) + 181))" >/dev/null
print_scrape later
echo "==== kernel"
uname -r
