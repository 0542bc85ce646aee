// SPDX-License-Identifier: Apache-2.0
// client.ts: asks the agent, and makes of every way to fail one kind of error.
import type { Problem as ProblemText, RefusedField, Session } from "contract";

type Method = "GET" | "POST" | "PUT" | "DELETE";

/// What failed. Text of the agent, or none of it when there was no answer that makes sense: `kind` is then
/// "Unreachable", and whoever shows it finds the words.
export class Problem extends Error {
    readonly status: number;
    readonly code: string;
    readonly kind: string;
    readonly hint: string;
    readonly fields: RefusedField[];

    constructor(text: Partial<ProblemText>) {
        super(text.title ?? "");
        this.status = text.status ?? 0;
        this.code = text.code ?? "";
        this.kind = text.kind ?? "Unreachable";
        this.hint = text.hint ?? "";
        this.fields = text.fields ?? [];
    }

    get isUnreachable(): boolean {
        return this.kind === "Unreachable";
    }
}

const root = "api/v1";
/// The agent was started anew, and has given out other tokens since.
const staleTokenCode = "WEB-0007";
let csrfToken: string | null = null;
let whenLoggedOut: () => void = () => {};

/// Called when the agent no longer takes this page's session.
export function onLoggedOut(callback: () => void): void {
    whenLoggedOut = callback;
}

function headersOf(method: Method, hasBody: boolean, etag: string | undefined): Headers {
    const headers = new Headers({ Accept: "application/json" });
    if (hasBody) headers.set("Content-Type", "application/json");
    if (method !== "GET" && csrfToken !== null) headers.set("X-HBR-CSRF", csrfToken);
    if (etag !== undefined) headers.set("If-None-Match", etag);
    return headers;
}

async function send(method: Method, path: string, body?: unknown, etag?: string): Promise<Response> {
    const init: RequestInit = {
        method,
        headers: headersOf(method, body !== undefined, etag),
        cache: "no-store",
        credentials: "same-origin",
    };
    if (body !== undefined) init.body = JSON.stringify(body);
    let response: Response;
    try {
        response = await fetch(root + path, init);
    } catch {
        throw new Problem({});
    }
    if (response.ok || response.status === 304) return response;
    const problem = await problemOf(response);
    if (problem.code === staleTokenCode && (await isTokenRenewed())) return send(method, path, body, etag);
    if (response.status === 401 && path !== "/session") whenLoggedOut();
    throw problem;
}

/// False when the token is the one that was refused.
async function isTokenRenewed(): Promise<boolean> {
    const refused = csrfToken;
    await readSession();
    return csrfToken !== refused;
}

async function problemOf(response: Response): Promise<Problem> {
    try {
        const text = (await response.json()) as Partial<ProblemText>;
        if (typeof text.title === "string") return new Problem(text);
    } catch {
        // No problem of the agent, such as a proxy's page: told below.
    }
    return new Problem({ status: response.status });
}

async function jsonOf<T>(response: Response): Promise<T> {
    if (response.status === 204) return undefined as T;
    try {
        return (await response.json()) as T;
    } catch {
        throw new Problem({ status: response.status });
    }
}

/// The answer's JSON; undefined when it has none. Throws Problem.
export async function ask<T>(method: Method, path: string, body?: unknown): Promise<T> {
    return jsonOf<T>(await send(method, path, body));
}

/// What was read last from a path, for asking whether it has changed.
export interface Known<T> {
    value: T;
    etag: string | undefined;
}

/// The same object as `known` when nothing has changed. Throws Problem.
export async function askAgain<T>(path: string, known: Known<T> | undefined): Promise<Known<T>> {
    const response = await send("GET", path, undefined, known?.etag);
    if (response.status === 304 && known) return known;
    return { value: await jsonOf<T>(response), etag: response.headers.get("ETag") ?? undefined };
}

function taken(session: Session): Session {
    csrfToken = session.csrfToken;
    return session;
}

export async function readSession(): Promise<Session> {
    return taken(await ask<Session>("GET", "/session"));
}

export async function logIn(password: string): Promise<Session> {
    return taken(await ask<Session>("POST", "/session", { password }));
}

export async function logOut(): Promise<void> {
    await ask("DELETE", "/session");
}

/// A path with a query; what is undefined or empty is left out.
export function pathWith(path: string, query: Record<string, string | number | undefined>): string {
    const parameters = new URLSearchParams();
    for (const [name, value] of Object.entries(query)) {
        if (value !== undefined && value !== "") parameters.set(name, String(value));
    }
    const text = parameters.toString();
    return text === "" ? path : `${path}?${text}`;
}
