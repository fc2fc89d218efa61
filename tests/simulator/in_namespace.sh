#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs COMMAND in a network namespace of its own that has the interfaces of an exit node, as the same process.
#   in_namespace.sh [--cgroup NAME] COMMAND...
#     --cgroup NAME   in a new cgroup (version 2) of this name too; whoever calls removes it afterwards
# Where this machine cannot do it: status 77, and the reason on standard error.
set -euo pipefail

cannot() {
  echo "$*" >&2
  exit 77
}

# enter_cgroup NAME moves this process into a new cgroup below the first mount of version 2.
enter_cgroup() {
  local mount
  mount=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)
  [[ -n $mount ]] || cannot "no cgroup2 is mounted"
  mkdir "$mount/$1" 2>/dev/null || cannot "cannot make a cgroup in $mount"
  echo $$ 2>/dev/null >"$mount/$1/cgroup.procs" || cannot "cannot enter the cgroup $mount/$1"
}

# add_interface NAME KIND... makes an interface of the first kind that the kernel has, and says which.
add_interface() {
  local name=$1 kind
  shift
  for kind in "$@"; do
    case $kind in
      tun) ip tuntap add dev "$name" mode tun 2>/dev/null || continue ;;
      *) ip link add "$name" type "$kind" 2>/dev/null || continue ;;
    esac
    echo "$name is of the kind $kind" >&2
    return
  done
  cannot "the kernel has no kind of interface to stand for $name: $*"
}

# set_up NAME IPV4 IPV6 gives an interface its addresses. A kernel without IPv6 has the first only.
set_up() {
  ip link set "$1" mtu 1420 up
  ip addr add "$2" dev "$1"
  ip addr add "$3" dev "$1" nodad 2>/dev/null || echo "$1 has no IPv6 address" >&2
}

make_interfaces() {
  ip link set lo up
  add_interface nymwg wireguard dummy tun bridge
  set_up nymwg 10.1.0.1/16 fc01::1/112
  add_interface nymtun0 tun dummy bridge
  set_up nymtun0 10.0.0.1/16 fc00::1/112
}

if [[ ${1:-} == --inside ]]; then
  shift
  make_interfaces
  exec "$@"
fi
[[ $(id -u) == 0 ]] || cannot "only root can make network namespaces"
unshare --net true 2>/dev/null || cannot "network namespaces cannot be made here"
if [[ ${1:-} == --cgroup ]]; then
  enter_cgroup "$2"
  shift 2
fi
exec unshare --net -- "$0" --inside "$@"
