// SPDX-License-Identifier: Apache-2.0
// views.tsx: which view an address shows.
import type { Overview } from "contract";

import type { Live } from "../api/live";
import { useAround } from "../around";
import { Empty, View } from "../parts/view";
import type { Route } from "../route";
import { AlertTargetsView } from "./alert_targets";
import { AlertsView } from "./alerts";
import { BackupView } from "./backup";
import { JobView } from "./job";
import { JobsView } from "./jobs";
import { OverviewView } from "./overview";
import { PlanView } from "./plan";
import { EditPlanView, NewPlanView } from "./plan_wizard";
import { PoliciesView } from "./policies";
import { EditPolicyView, NewPolicyView } from "./policy_form";
import { PointsView } from "./points";
import { RegistrationView } from "./registration";
import { RestoreView } from "./restore";
import { SearchView } from "./search";
import { SettingsView } from "./settings";
import { NewVaultView, VaultsView } from "./vaults";

export function viewOf(route: Route, overview: Live<Overview>) {
    const [head = "overview", second, third] = route;
    switch (head) {
        case "overview":
            return <OverviewView overview={overview} />;
        case "backup":
            return second === "new" ? <NewPlanView /> : <BackupView />;
        case "plan":
            if (second === undefined) break;
            return third === "edit" ? <EditPlanView id={second} /> : <PlanView id={second} />;
        case "jobs":
            return <JobsView state={second} plan={third} />;
        case "job":
            if (second === undefined || !/^[0-9]+$/.test(second)) break;
            return <JobView id={Number(second)} />;
        case "policies":
            return second === "new" ? <NewPolicyView isForPlan={third === "plan"} /> : <PoliciesView />;
        case "policy":
            if (second === undefined || !/^[0-9]+$/.test(second)) break;
            return <EditPolicyView id={Number(second)} />;
        case "points":
            return <PointsView plan={second} />;
        case "restore":
            return <RestoreView route={route} />;
        case "search":
            return <SearchView />;
        case "vaults":
            return second === "new" ? <NewVaultView /> : <VaultsView />;
        case "alerts":
            return second === "targets" ? <AlertTargetsView /> : <AlertsView state={second} />;
        case "register":
            return <RegistrationView />;
        case "settings":
            return <SettingsView />;
    }
    return <NotFound />;
}

function NotFound() {
    const { words } = useAround();
    return (
        <View title={words.notFound}>
            <Empty icon="none" title={words.notFound} lead={words.notFoundLead} />
        </View>
    );
}
