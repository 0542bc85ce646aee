#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# run.sh BUNDLE WORK_FOLDER [HBR]: the page's tests: types, then a real browser against the agent, when there is one, and
# against a stand-in. Screenshots of every view are put into WORK_FOLDER/shots.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
page=$here/../../agent/web/page
mkdir -p "$2"
HBR_PAGE_BUNDLE=$(readlink -f "$1")
HBR_PAGE_SHOTS=$(readlink -f "$2")/shots
HBR_PAGE_PACKAGES=$(bash "$page/packages.sh")
export HBR_PAGE_BUNDLE HBR_PAGE_SHOTS HBR_PAGE_PACKAGES HBR_PROGRAM=${3:-}
bash "$page/check.sh" "$2/types"
exec node --test "$here"/*_test.mjs
