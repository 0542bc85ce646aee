// SPDX-License-Identifier: Apache-2.0
// stand_in_registration.mjs: registering, as the stand-in for the agent does it.
import { randomBytes } from "node:crypto";

import { Refused } from "./stand_in_refusal.mjs";

const twoDaysMs = 48 * 3_600_000;
const time = (ms) => new Date(ms).toISOString().replace(/\.\d+Z$/, "Z");

export function lookAt(certificate) {
    if (!certificate.includes("-----BEGIN HBR CERTIFICATE-----")) {
        const title = "This is no registration certificate of HBR";
        throw new Refused(400, "CERT-0001", "invalid", title, "Give the file that was downloaded from the console.");
    }
    return {
        clientName: "web1",
        vaultName: "main",
        vaultDescription: "",
        place: "s3://backups/main",
        issuedAt: time(Date.now()),
        endsAt: time(Date.now() + twoDaysMs),
        networks: [
            { network: "vpc", endpoint: "http://10.0.0.9:9000" },
            { network: "public", endpoint: "https://s3.example.com" },
        ],
        issuer: "6668-7aad-f862-bd77-6c8f-c18b-8e9f-8e20",
        isIssuerTrusted: false,
        difference: "",
        hasVault: null,
    };
}

export function registrationState(agent) {
    const { client, waitingVaults } = agent.registration;
    return {
        hasPassword: agent.password !== null,
        client,
        trustedIssuers: client === null ? [] : [client.issuer],
        waitingVaults,
    };
}

export function register(agent, body) {
    const look = lookAt(body.certificate);
    if (body.issuer !== look.issuer)
        throw new Refused(403, "CLIENT-0002", "denied", "Nobody has confirmed who signed the certificate");
    if (body.accessKeySecret === "wrong") {
        const title = "The secret of the access key, or its session token, is wrong or has run out";
        throw new Refused(403, "BUCKET-0010", "denied", title, "Check the AccessKey Secret.");
    }
    agent.password ??= body.password;
    agent.state.vaults.push({ name: look.vaultName, place: look.place, points: 0, newestPoint: null });
    agent.registration.client = {
        id: randomBytes(16).toString("hex"),
        name: look.clientName,
        vault: { name: look.vaultName, place: look.place, isAccessKeyEncrypted: body.encryptAccessKey },
        network: body.network,
        issuer: look.issuer,
        registered: time(Date.now()),
    };
    return [201, registrationState(agent)];
}
