// SPDX-License-Identifier: Apache-2.0
// build.mjs PACKAGES FOLDER: bundles src into FOLDER: page.js, page.css, index.html and icon.svg.
import { copyFile, mkdir } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const [packages, folder] = process.argv.slice(2);
const source = join(dirname(fileURLToPath(import.meta.url)), "src");
const esbuild = createRequire(join(packages, "package.json"))("esbuild");

await mkdir(folder, { recursive: true });
await esbuild.build({
    entryPoints: [
        { in: join(source, "main.tsx"), out: "page" },
        { in: join(source, "look/page.css"), out: "page" },
    ],
    outdir: folder,
    bundle: true,
    minify: true,
    format: "iife",
    target: "es2022",
    jsx: "automatic",
    jsxImportSource: "preact",
    // Chinese as it is: escapes would take twice the room.
    charset: "utf8",
    legalComments: "none",
    // Packages lie outside the source (packages.sh).
    nodePaths: [join(packages, "node_modules")],
    logLevel: "warning",
});
for (const name of ["index.html", "icon.svg"]) await copyFile(join(source, name), join(folder, name));
