// SPDX-License-Identifier: Apache-2.0
// stand_in_alerts.mjs: what the stand-in for the agent knows of alerts, and who hears of them.
import { faultOfName, refuseFields } from "./stand_in_refusal.mjs";

/// The answers to what is asked of alerts; what is added and removed is kept in the agent's state.
export function alertDeeds(agent, { id, query, body }) {
    const listOf = (name) => (agent.state[name] ??= []);
    const add = (name, more) => {
        const added = { id: listOf(name).length + 1, ...more };
        listOf(name).push(added);
        return [201, added];
    };
    const remove = (name) => {
        agent.state[name] = listOf(name).filter((each) => String(each.id) !== id);
        return [204, undefined];
    };
    const isWanted = (alert) => (alert.ended === null) === (query.get("state") !== "ended");
    const isReached = id !== "2";
    return {
        "GET alerts": () => agent.page(listOf("alerts").filter(isWanted), query),
        "GET alert-targets": () => [200, { items: listOf("targets"), next: null }],
        "POST alert-targets": () => add("targets", shownTarget(body)),
        "DELETE alert-targets/*": () => remove("targets"),
        "POST alert-targets/*/test": () => [
            200,
            { isDelivered: isReached, answer: isReached ? "250 OK" : "The server refused", hint: "" },
        ],
        "GET alert-rules": () => [200, { items: listOf("rules"), next: null }],
        "POST alert-rules": () => add("rules", { plan: null, vault: null, ...body }),
        "DELETE alert-rules/*": () => remove("rules"),
        "GET alert-settings": () => [200, { quietIntervals: 3, quietHours: 0, unreachableHours: 24 }],
        "PUT alert-settings": () => [200, body],
    };
}

/// A target as it may be seen: without the path of a webhook, which may be a secret.
function shownTarget({ name, kind, url, server, recipients }) {
    if (kind === "webhook" && !/^https?:/.test(url))
        refuseFields([{ field: "url", sentence: "The address begins with https:// or http://." }]);
    refuseFields(faultOfName("target", name));
    const shown = kind === "mail" ? { server, recipients } : { server: new URL(url).origin };
    return { name, kind, caFile: "", hasSecret: false, ...shown };
}
