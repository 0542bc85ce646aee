#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
// stand_in.mjs PAGE_FOLDER [PORT]: a server that answers as agent/doc/openapi.json says, from memory, for working on
// the page where no agent is at hand, and for what a real agent cannot be made to show at will: old faults, many plans,
// long histories. Prints its address. With --full it begins with such a history.
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { Refused, StandInAgent } from "./stand_in_agent.mjs";

const mostBodyBytes = 1024 * 1024;
const types = { html: "text/html", js: "text/javascript", css: "text/css", svg: "image/svg+xml" };
const safety = {
    "Content-Security-Policy":
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
        "form-action 'none'; frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
};
/// The wire: files, tokens, sessions, JSON.
export class StandIn extends StandInAgent {
    constructor(pageFolder, options = {}) {
        super(options);
        this.pageFolder = pageFolder;
        this.server = createServer((request, response) => void this.answer(request, response));
    }

    async start(port = 0) {
        await new Promise((resolve) => this.server.listen(port, "127.0.0.1", resolve));
        // A test that fails before it stops this one ends all the same.
        this.server.unref();
        return `http://localhost:${this.server.address().port}/`;
    }

    stop() {
        this.server.closeAllConnections();
        return new Promise((resolve) => this.server.close(resolve));
    }

    async answer(request, response) {
        const url = new URL(request.url, "http://localhost");
        for (const [name, value] of Object.entries(safety)) response.setHeader(name, value);
        try {
            if (url.pathname.startsWith("/api/v1/")) await this.answerApi(request, url, response);
            else await this.answerFile(url.pathname, response);
        } catch (error) {
            const problem =
                error instanceof Refused
                    ? error.problem
                    : new Refused(500, "STAND-IN", "Internal", String(error)).problem;
            response.writeHead(problem.status, {
                "Content-Type": "application/problem+json",
                "Cache-Control": "no-store",
            });
            response.end(JSON.stringify(problem));
        }
    }

    async answerFile(path, response) {
        const name = path === "/" ? "index.html" : path.slice(1);
        if (!/^[a-z.]+$/.test(name)) throw new Refused(404, "WEB-0020", "NotFound", `There is no page '${path}'`);
        const bytes = await readFile(join(this.pageFolder, name)).catch(() => {
            throw new Refused(404, "WEB-0020", "NotFound", `There is no page '${path}'`);
        });
        response.writeHead(200, {
            "Content-Type": `${types[name.split(".").at(-1)]}; charset=utf-8`,
            "Cache-Control": "no-cache",
        });
        response.end(bytes);
    }

    async answerApi(request, url, response) {
        const parts = url.pathname.slice("/api/v1/".length).split("/").map(decodeURIComponent);
        const isSession = parts[0] === "session";
        if (request.method !== "GET" && request.headers["x-hbr-csrf"] !== this.csrf) {
            throw new Refused(
                403,
                "WEB-0007",
                "Denied",
                "The header X-HBR-CSRF does not hold the token of this session",
            );
        }
        const mayUse =
            this.password === null || (this.session !== null && (request.headers.cookie ?? "").includes(this.session));
        if (!mayUse && !isSession) {
            throw new Refused(
                401,
                "WEB-0008",
                "Denied",
                "Nobody is logged in, or the session has ended",
                "Log in with the logon password.",
            );
        }
        const body = await bodyOf(request);
        const [status, value, headers = {}] = this.handle(request.method, parts, url.searchParams, body, mayUse);
        const text = value === undefined ? "" : JSON.stringify(value);
        const etag = `"${createHash("sha256").update(text).digest("hex").slice(0, 16)}"`;
        if (request.method === "GET" && request.headers["if-none-match"] === etag) {
            response.writeHead(304, { ETag: etag, "Cache-Control": "no-store" }).end();
            return;
        }
        response.writeHead(status, {
            "Content-Type": "application/json",
            "Cache-Control": "no-store",
            ETag: etag,
            ...headers,
        });
        response.end(text);
    }
}

async function bodyOf(request) {
    let text = "";
    for await (const piece of request) {
        text += piece;
        if (text.length > mostBodyBytes)
            throw new Refused(413, "WEB-0013", "Invalid", "The request's body is larger than 1 MiB");
    }
    return text === "" ? {} : JSON.parse(text);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
    const words = process.argv.slice(2).filter((word) => word !== "--full");
    const standIn = new StandIn(words[0], { isFull: process.argv.includes("--full") });
    console.log(await standIn.start(Number(words[1] ?? 0)));
    standIn.server.ref();
}
