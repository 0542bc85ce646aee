// SPDX-License-Identifier: Apache-2.0
// contract.mjs OPENAPI OUTPUT: writes the schemas of the API's description as TypeScript types, so that a page that
// expects what the API does not say does not pass the type check.
import { readFile, writeFile } from "node:fs/promises";

const [input, output] = process.argv.slice(2);
const { schemas } = JSON.parse(await readFile(input, "utf8")).components;

function typeOf(schema) {
    if (schema.$ref) return schema.$ref.split("/").at(-1);
    const choices = schema.oneOf ?? schema.anyOf;
    if (choices) return choices.map(typeOf).join(" | ");
    if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
    if (Array.isArray(schema.type)) return schema.type.map((type) => typeOf({ ...schema, type })).join(" | ");
    switch (schema.type) {
        case "array":
            return `Array<${typeOf(schema.items)}>`;
        case "object":
            return objectOf(schema);
        case "integer":
        case "number":
            return "number";
        case "string":
        case "boolean":
        case "null":
            return schema.type;
        default:
            throw new Error(`contract.mjs: no type for ${JSON.stringify(schema)}`);
    }
}

function objectOf(schema) {
    const required = new Set(schema.required ?? []);
    const members = Object.entries(schema.properties ?? {}).map(
        ([name, property]) => `${JSON.stringify(name)}${required.has(name) ? "" : "?"}: ${typeOf(property)};`,
    );
    if (typeof schema.additionalProperties === "object") {
        members.push(`[name: string]: ${typeOf(schema.additionalProperties)};`);
    }
    return `{ ${members.join(" ")} }`;
}

const types = Object.entries(schemas).map(([name, schema]) => `export type ${name} = ${typeOf(schema)};`);
await writeFile(output, `// Made by contract.mjs from ${input}.\n${types.join("\n")}\n`);
