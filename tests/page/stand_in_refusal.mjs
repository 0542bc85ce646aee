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
