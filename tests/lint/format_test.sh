#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Are the C++ files formatted as .clang-format says? Mend with: clang-format-14 -i FILE
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

mapfile -t folders < <(find collectors daemon tests bench -maxdepth 0 -type d 2>/dev/null)
find "${folders[@]}" \( -name '*.cpp' -o -name '*.h' \) -print0 | sort -z | xargs -0 clang-format-14 --dry-run --Werror
