// SPDX-License-Identifier: Apache-2.0
// commands.hpp: what each verb does. Every function returns an exit code, or throws Error.
#pragma once

namespace app {

class Command;

int createVault(Command& command);
int connectVault(Command& command);
int disconnectVault(Command& command);
int listVaults(Command& command);
int changeVault(Command& command);
int showVault(Command& command);

int runBackupCommand(Command& command);
int runRestoreCommand(Command& command);

int listPoints(Command& command);
int showPoint(Command& command);
int diffPoints(Command& command);
int forgetPointsCommand(Command& command);
int copyPoints(Command& command);

int browsePoint(Command& command);
int findFiles(Command& command);
int catFile(Command& command);
int mountVault(Command& command);

int findPathsCommand(Command& command);
int showSearchStatus(Command& command);
int updateSearch(Command& command);

int pruneVault(Command& command);
int verifyVault(Command& command);
int repairVault(Command& command);

int listKeys(Command& command);
int addKey(Command& command);
int removeKey(Command& command);
int printRecoveryKit(Command& command);

int makeIssuer(Command& command);
int createCertificate(Command& command);
int showCertificate(Command& command);

int registerClientCommand(Command& command);
int showClientCommand(Command& command);
int trustIssuerCommand(Command& command);
int activateClientCommand(Command& command);

int listPoliciesCommand(Command& command);
int addPolicyCommand(Command& command);
int changePolicyCommand(Command& command);
int deletePolicyCommand(Command& command);

int listPlansCommand(Command& command);
int addPlanCommand(Command& command);
int changePlanCommand(Command& command);
int runPlanCommand(Command& command);
int pausePlanCommand(Command& command);
int resumePlanCommand(Command& command);
int deletePlanCommand(Command& command);

int listJobsCommand(Command& command);
int showJobCommand(Command& command);
int cancelJobCommand(Command& command);
int listAlertsCommand(Command& command);
int listAlertTargetsCommand(Command& command);
int listAlertRulesCommand(Command& command);
int addMailTargetCommand(Command& command);
int addWebhookCommand(Command& command);
int addAlertRuleCommand(Command& command);
int testAlertCommand(Command& command);
int removeAlertRuleCommand(Command& command);
int removeAlertTargetCommand(Command& command);
int setAlertsCommand(Command& command);
int createTokenCommand(Command& command);
int listTokensCommand(Command& command);
int revokeTokenCommand(Command& command);
int askApi(Command& command);

int runServiceCommand(Command& command);
int setLogonPassword(Command& command);
int unlockServiceCommand(Command& command);
int runServiceJob(Command& command);
int runServiceRestore(Command& command);

int configureService(Command& command);
int showServiceStatus(Command& command);
int installServiceCommand(Command& command);
int repairServiceCommand(Command& command);
int removeServiceCommand(Command& command);

int printCompletion(Command& command);
int printManPage(Command& command);
int printVersion(Command& command);

}  // namespace app
