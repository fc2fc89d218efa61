# shellcheck shell=bash disable=SC2034  # sourced by scripts/lib.sh, which uses the lists
# SPDX-License-Identifier: Apache-2.0
# The Debian 12 packages the project needs, in one place.

# To build and run the exporter.
build_packages=(
  ccache
  cmake
  g++
  libcrypt-dev
  libcurl3-gnutls
  libssl-dev           # its headers only too
  libcurl4-openssl-dev # its headers only; prometheus-cpp-dev wants this one of the two
  libexpected-dev
  libgnutls28-dev
  libisal-dev
  libmicrohttpd-dev
  libre2-dev
  libsqlite3-dev
  libsystemd-dev
  libtomlplusplus-dev
  libyaml-cpp-dev
  ninja-build
  nlohmann-json3-dev
  pkg-config
)

# To build the simulated node too.
simulator_packages=(
  libcivetweb-dev
  libdeflate-dev
  nettle-dev # its libhogweed signs; libgnutls28-dev brings it along
)

# To test it: test libraries, oracles of the exposition writer (prometheus-cpp) and of gzip (zlib), the checks of the code, and
# the servers that the integration tests start by hand on loopback ports of their own.
test_packages=(
  clang-14
  clang-format-14
  clang-tidy-14
  curl
  faketime
  git
  libbenchmark-dev
  libclang-rt-14-dev
  libgmock-dev
  libgtest-dev
  monitoring-plugins-basic # negate, which wraps plugins
  openssl
  prometheus
  prometheus-alertmanager
  prometheus-cpp-dev
  prometheus-node-exporter
  python3
  python3-yaml
  shellcheck
  strace
  zlib1g-dev
)

# To look at the status page in a real browser. npm too, where no other package than Debian's has brought it.
browser_packages=(
  chromium
  nodejs
)
command -v npm >/dev/null || browser_packages+=(npm)

# To build the Debian package and look at it: lintian, hardening-check (devscripts), blhc.
deb_packages=(
  blhc
  debhelper
  devscripts
  dpkg-dev
  lintian
)

# To boot trees of Debian under a systemd of their own, in systemd-nspawn and (its disk is made by e2fsprogs) in qemu.
systemd_packages=(
  e2fsprogs
  mmdebstrap
  systemd-container
)

# Units that come with test_packages. Where a package is newly installed its unit is neither started nor enabled.
test_services=(
  prometheus
  prometheus-alertmanager
  prometheus-node-exporter
)
