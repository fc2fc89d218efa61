#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Are the shell scripts what shellcheck calls clean?
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

mapfile -t scripts < <(grep -rlE '^#!.*\bbash$|^# shellcheck shell=bash' .ci packaging scripts systemd tests bench --include='*' \
  --exclude-dir=fixtures --exclude-dir=corpus --exclude-dir=__pycache__ 2>/dev/null | sort)
shellcheck --external-sources "${scripts[@]}"
