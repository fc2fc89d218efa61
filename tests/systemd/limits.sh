# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# What limits.py has its virtual machine do, as root under systemd: start the exporter and the node, bring the node's unit to its
# limits, and print what the kernel says of it and what the exporter does.
group=/sys/fs/cgroup/system.slice/nym-node.service
own=/sys/fs/cgroup/system.slice/mixnet-exporter.service

in_group() { sh -c 'echo $$ > "$0/cgroup.procs"; exec "$@"' "$group" "$@"; }

print_files() {
  for file in "$group"/memory.* "$group"/pids.* "$group"/cpu.stat; do
    echo "==== $1 ${file##*/}"
    cat "$file" 2>/dev/null || true
  done
}

load() {
  in_group dd if=/dev/zero of=/dev/vdb bs=64k count=48 oflag=direct
  in_group dd if=/dev/vdb of=/dev/null bs=32k count=20 iflag=direct
  in_group dd if=/dev/zero of=/dev/null bs=200M count=1 || true # killed: it is more than MemoryMax
  in_group timeout 4 sh -c 'while true; do true; done' || true
  # shellcheck disable=SC2016  # for that shell to expand
  in_group sh -c 'for i in $(seq 80); do sleep 5 & done; wait' || true # more than TasksMax
}

useradd --system --create-home --home-dir /home/nym nym
systemd-sysusers
systemctl start nym-node.service mixnet-exporter.service
until curl -fs http://127.0.0.1:8080/api/v1/health >/dev/null; do sleep 0.5; done
load
# It is stopped while it is compared; the exporter looks for nodes every so often.
until curl -fs http://127.0.0.1:10087/metrics | grep -q '^mixnet_node_cgroup_tasks_max'; do sleep 0.5; done
systemctl freeze nym-node.service
print_files before
echo "==== scrape"
curl -fsS http://127.0.0.1:10087/metrics
print_files after
for name in memory.max pids.max cpu.weight; do
  echo "==== own $name"
  cat "$own/$name"
done
echo "==== failed"
systemctl --failed --no-legend --plain
