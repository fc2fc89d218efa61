# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# What scripts/run and scripts/test share: to install packages, to configure and to build. Sourced, from the project's folder.

# shellcheck source=scripts/packages.sh
source scripts/packages.sh

# What one checkout has compiled serves another, wherever it lies.
export CCACHE_BASEDIR=$PWD CCACHE_NOHASHDIR=1

say() { printf '==> %s\n' "$*"; }

die() {
  printf '%s: %s\n' "$0" "$*" >&2
  exit 1
}

as_root() {
  if [[ $(id -u) == 0 ]]; then "$@"; else sudo "$@"; fi
}

# missing_packages PACKAGE... prints those that dpkg does not have installed.
missing_packages() {
  dpkg-query --show --showformat='${db:Status-Status} ${Package}\n' "$@" 2>/dev/null |
    awk -v wanted="$*" '$1 == "installed" { have[$2] = 1 }
                        END { count = split(wanted, names, " "); for (i = 1; i <= count; i++) if (!(names[i] in have)) print names[i] }'
}

# install_packages PACKAGE... installs what is missing; no apt is started when nothing is.
install_packages() {
  if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    require_without_apt "$@"
    return
  fi
  local missing
  mapfile -t missing < <(missing_packages "$@")
  if ((${#missing[@]} == 0)); then return; fi
  if [[ $(id -u) != 0 ]] && ! command -v sudo >/dev/null; then
    die "these packages are missing, and there is no sudo to install them with: ${missing[*]}"
  fi
  say "installing ${missing[*]}"
  without_services apt_install "${missing[@]}"
}

apt_install() {
  as_root apt-get update --quiet=2 || say "apt-get update failed; trying with the lists that are there"
  as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get install --quiet=2 --yes --no-install-recommends --no-remove -o Dpkg::Use-Pty=0 "$@" ||
    die "apt-get could not install: $*"
}

policy=/usr/sbin/policy-rc.d

# without_services COMMAND... runs it while no package may start its service, and leaves the units of packages that came
# with it disabled. What the machine had of a policy for service starts is put back afterwards.
without_services() (
  kept=$(mktemp -d)
  mapfile -t absent < <(missing_packages "${test_services[@]}")
  if [[ -e $policy ]]; then as_root cp -p "$policy" "$kept/policy-rc.d"; fi
  # shellcheck disable=SC2064  # the folder is to be expanded now
  trap "restore_policy '$kept'" EXIT
  printf '#!/bin/sh\nexit 101\n' >"$kept/none"
  as_root install -m 755 "$kept/none" "$policy"
  "$@"
  disable_services "${absent[@]}"
)

# restore_policy FOLDER puts the policy kept in FOLDER back, or removes ours where there was none.
restore_policy() {
  if [[ -e $1/policy-rc.d ]]; then
    as_root cp -p "$1/policy-rc.d" "$policy"
  else
    as_root rm -f "$policy"
  fi
  as_root rm -rf "$1"
}

# disable_services NAME... keeps them from starting at the next boot, under systemd and System V init alike. The helper is
# there without systemctl too, but works for the scripts of packages only.
disable_services() {
  local name
  for name in "$@"; do
    if [[ -e /lib/systemd/system/$name.service ]]; then
      as_root env DPKG_MAINTSCRIPT_PACKAGE="$name" deb-systemd-helper disable "$name.service" >/dev/null
    fi
    if [[ -e /etc/init.d/$name ]]; then as_root update-rc.d "$name" disable; fi
  done
}

# Other systems: their package names are not ours to guess. Goes on when the programs and libraries are there.
require_without_apt() {
  local missing=() tool library
  for tool in cmake ninja pkg-config c++; do command -v "$tool" >/dev/null || missing+=("$tool"); done
  if command -v pkg-config >/dev/null; then
    for library in gnutls libcrypt libcurl libisal libmicrohttpd libsystemd nlohmann_json re2 tomlplusplus yaml-cpp; do
      pkg-config --exists "$library" || missing+=("$library (library and headers)")
    done
  fi
  if ((${#missing[@]} == 0)); then return; fi
  {
    echo "This is not a Debian system with apt-get, and these are missing or not known to pkg-config:"
    printf '  %s\n' "${missing[@]}"
    echo "On Debian 12 the packages would be: $*"
  } >&2
  exit 1
}

# configure FOLDER NAME=VALUE... configures a build, or does nothing where it has been configured so before.
configure() {
  local folder=$1 option changed=no
  shift
  [[ -e $folder/build.ninja ]] || changed=yes
  for option in "$@"; do
    grep -q "^${option%%=*}:[A-Z]*=${option#*=}\$" "$folder/CMakeCache.txt" 2>/dev/null || changed=yes
  done
  if [[ $changed == no ]]; then return; fi
  say "configuring $folder"
  cmake -G Ninja -S . -B "$folder" "${@/#/-D}" >"$folder.log" 2>&1 || {
    cat "$folder.log" >&2
    rm -f "$folder.log"
    die "$folder cannot be configured"
  }
  rm -f "$folder.log"
}

# build FOLDER [TARGET...] builds quietly: a line that says what is done, and the compiler's output where it fails.
build() {
  local folder=$1
  shift
  say "building $folder"
  if (($# > 0)); then set -- --target "$@"; fi
  cmake --build "$folder" --parallel "$(nproc)" "$@" -- --quiet
}
