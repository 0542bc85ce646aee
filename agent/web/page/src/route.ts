// SPDX-License-Identifier: Apache-2.0
// route.ts: which view is shown, as the part of the address after '#', so that the server knows one page only.
import { useEffect, useMemo, useState } from "preact/hooks";

/// The parts of "#/plan/17/edit": ["plan", "17", "edit"].
export type Route = string[];

function routeOf(hash: string): Route {
    return hash
        .replace(/^#\/?/, "")
        .split("/")
        .filter((part) => part !== "")
        .map((part) => {
            try {
                return decodeURIComponent(part);
            } catch {
                return part;
            }
        });
}

export function addressOf(...parts: Array<string | number>): string {
    return "#/" + parts.map((part) => encodeURIComponent(String(part))).join("/");
}

export function go(...parts: Array<string | number>): void {
    location.hash = addressOf(...parts);
}

export function useRoute(): Route {
    const [hash, setHash] = useState(location.hash);
    useEffect(() => {
        const follow = () => setHash(location.hash);
        window.addEventListener("hashchange", follow);
        // It may have changed before anybody listened.
        follow();
        return () => window.removeEventListener("hashchange", follow);
    }, []);
    return useMemo(() => routeOf(hash), [hash]);
}
