#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# build.sh FOLDER: bundles the page into FOLDER, as the files that the program carries.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
packages=$(bash "$here/packages.sh")
exec node "$here/build.mjs" "$packages" "$1"
