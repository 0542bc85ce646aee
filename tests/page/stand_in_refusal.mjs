// SPDX-License-Identifier: Apache-2.0
// stand_in_refusal.mjs: what the stand-in for the agent refuses.

/// What is told as a problem.
export class Refused extends Error {
    constructor(status, code, kind, title, hint = "", fields = undefined) {
        super(title);
        this.status = status;
        this.problem = { type: "about:blank", title, status, code, kind, hint, context: {}, ...(fields && { fields }) };
    }
}

export function refuseFields(fields) {
    if (fields.length === 0) return;
    const title = fields.map(({ sentence }) => sentence).join(" ");
    throw new Refused(400, "CATALOG-0010", "Invalid", title, "", fields);
}

export function faultOfName(what, name) {
    const length = [...(name ?? "")].length;
    if (length >= 1 && length <= 64) return [];
    return [{ field: "name", sentence: `The name of a ${what} has 1 to 64 characters, not ${length}.` }];
}
