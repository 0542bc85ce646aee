#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# check.sh FOLDER: checks the layout and the types of the page's source, those of agent/doc/openapi.json included. FOLDER
# gets the types that are made from that description. 'check.sh --write' lays out the source instead.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
packages=$(bash "$here/packages.sh")
lay_out() {
    (cd "$here" && node "$packages/node_modules/prettier/bin/prettier.cjs" --log-level warn --config .prettierrc.json "$1" \
        '*.mjs' 'src/**/*.{ts,tsx,css}' '../../../tests/page/*.mjs')
}
if [ "$1" = --write ]; then
    lay_out --write
    exit
fi
lay_out --check
mkdir -p "$1"
work=$(readlink -f "$1")
node "$here/contract.mjs" "$here/../../doc/openapi.json" "$work/contract.ts"
# Packages lie outside the source, where the compiler does not look by itself.
cat > "$work/tsconfig.json" <<END
{
    "extends": "$here/tsconfig.json",
    "compilerOptions": {
        "noEmit": true,
        "incremental": true,
        "tsBuildInfoFile": "$work/tsconfig.tsbuildinfo",
        "typeRoots": [],
        "paths": {
            "contract": ["$work/contract.ts"],
            "preact": ["$packages/node_modules/preact"],
            "preact/*": ["$packages/node_modules/preact/*"]
        }
    },
    "include": ["$here/src"]
}
END
exec node "$packages/node_modules/typescript/bin/tsc" --project "$work/tsconfig.json"
