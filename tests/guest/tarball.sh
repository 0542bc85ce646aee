#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# tarball.sh: in the guest, beside the unpacked tarballs "first" and "next" (another version of the same): setup with a
# port, a backup that is made by itself, upgrades that go well and that fail, a restart in the middle of a job,
# uninstall. Nothing of the machine but systemd and what belongs to every Debian is there to help.
set -euo pipefail
# shellcheck source=tests/guest/checks.sh
. ./checks.sh

names_who_has_it() { grep -q "taken by '$1' (process [0-9]" said; }
job_of_plan() { request 8022 GET "/api/v1/jobs?plan=$plan&limit=1"; }
was_made() { job_of_plan | grep -q '"state":"completed"'; }
field() { sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p" | head -n 1; }
number() { sed -n "s/.*\"$1\":\([0-9]*\).*/\1/p" | head -n 1; }
version_in_use() { readlink /opt/hbr/current; }
log_has() { grep -q "$1" /opt/hbr/logs/agent.log; }
is_gone() { for path in "$@"; do [ ! -e "$path" ] && [ ! -L "$path" ] || return 1; done; }
settings_and_state_stay() { [ -e /etc/hbr/agent.conf ] && [ -e /var/lib/hbr/catalogue.db ]; }

has_poco() { ldconfig -p | grep -q libPoco; }
check 'the machine has no library that the program brings' fails has_poco
check 'only root may install' fails setpriv --reuid 65534 first/setup --quiet 2>/dev/null
check 'a port that is none is refused' fails first/setup -p 80a 2>/dev/null
check 'an odd folder is refused' fails first/setup --prefix '/opt/a b' 2>/dev/null

cp first/bin/hbr first/bin/other
(cd first/bin && HBR_CONFIG_DIR=/root/c HBR_STATE_DIR=/root/s exec ./other service run --port 8022 >/dev/null 2>&1) &
holder=$!
await page_answers 8022
check 'a taken port is refused' fails first/setup -p 8022 2>said
check 'it is told who has it' names_who_has_it other
check 'nothing is left of that' is_gone /opt/hbr /etc/systemd/system/hbr.service /usr/local/bin/hbr /etc/hbr/agent.conf
kill "$holder"; wait "$holder" || true
rm first/bin/other

check 'setup installs' first/setup -p 8022
check 'the page answers on the port' page_answers 8022
check 'its log lies below the installation folder' log_has 'started; the page is at http://localhost:8022'
check 'the program is in the path' hbr service status
check 'the service starts with the machine' systemctl is-enabled --quiet hbr
check 'it may do little' may_do_little

mkdir -p /srv/data
head -c 20000000 /dev/urandom > /srv/data/file
check 'a vault is made by the page' answers 8022 POST /api/v1/vaults \
    '{"name":"disk","folder":"/srv/vault","password":"correct horse battery staple"}'
soon=$(date -d '+20 seconds' +%Y-%m-%dT%H:%M:%S)
policy=$(request 8022 POST /api/v1/policies "{\"name\":\"hourly\",\"frequency\":{\"count\":1,\"unit\":\"hour\"},
    \"firstBackup\":\"$soon\",\"retention\":{\"count\":3,\"unit\":\"month\"}}" | number id)
plan=$(request 8022 POST /api/v1/plans \
    "{\"name\":\"data\",\"vault\":\"disk\",\"policy\":$policy,\"sources\":[\"/srv/data\"]}" | field id)
check 'a backup is made by itself' await was_made
check 'its end is in the log' await log_has "of the plan 'data' to the vault 'disk' completed"

point=$(request 8022 GET "/api/v1/points?plan=$plan&limit=1" | field id)
restore=$(request 8022 POST /api/v1/restores "{\"vault\":\"disk\",\"point\":\"$point\",\"target\":\"/srv/back\",
    \"verify\":true}" | number id)
check 'a restore by the page ends' await has_ended "$restore"
check 'and went well' ended_as "$restore" completed
check 'byte for byte' cmp /srv/data/file /srv/back/srv/data/file
rm -r /srv/back

# From here on a job lasts forty seconds, so that it is met while it runs.
mkdir -p /etc/systemd/system/hbr.service.d
printf '[Service]\nEnvironment=HBR_LIMIT_UPLOAD=500K\n' > /etc/systemd/system/hbr.service.d/test.conf
systemctl daemon-reload && systemctl restart hbr
head -c 20000000 /dev/urandom > /srv/data/file
job=$(request 8022 POST "/api/v1/plans/$plan/run" | number id)
await has_state "$job" running
check 'setup once more changes nothing, in the middle of a job' first/setup --quiet
check 'that job has failed because of it' ended_as "$job" failedJOB-0005
rm -r /etc/systemd/system/hbr.service.d && systemctl daemon-reload && systemctl restart hbr
check 'the port is the same' page_answers 8022

first_version=$(version_in_use)
check 'it is upgraded' next/setup
check 'the next version is in use' [ "$(version_in_use)" = "$(cat next/share/version)" ]
check 'the earlier one is gone' is_gone "/opt/hbr/$first_version"
check 'the port stays' page_answers 8022
check 'the plan stays' answers 8022 GET "/api/v1/plans/$plan"

# A version whose service does not start.
cp -r next broken
echo 9.9.9 > broken/share/version
mv broken/bin/hbr broken/bin/real
# It is for the shell that runs it.
# shellcheck disable=SC2016
printf '#!/bin/sh\n[ "$2" != run ] || exit 1\nexec "$(dirname "$(readlink -f "$0")")/real" "$@"\n' > broken/bin/hbr
chmod +x broken/bin/hbr
check 'an upgrade that fails says so' fails broken/setup -p 8033
check 'the version of before is in use' [ "$(version_in_use)" = "$(cat next/share/version)" ]
check 'and works, on its port' page_answers 8022
check 'nothing of the other one stays' is_gone /opt/hbr/9.9.9
check 'the setting of before stays' grep -q '^port = 8022$' /etc/hbr/agent.conf

# What a full disk looks like to setup.
mkdir -p /mnt/small && mount -t tmpfs -o size=8M tmpfs /mnt/small
/opt/hbr/uninstall --quiet
check 'too little room is refused' fails first/setup --prefix /mnt/small/hbr 2>said
check 'and says so' grep -q 'not enough room' said
umount /mnt/small

check 'the service is gone' is_gone /etc/systemd/system/hbr.service /usr/local/bin/hbr /opt/hbr/current
check 'the page does not answer' fails page_answers 8022 2>/dev/null
check 'settings and state stay' settings_and_state_stay
check 'removing what is gone does no harm' next/uninstall --quiet
check 'setup finds them again' next/setup --quiet
check 'the port is that of before' page_answers 8022
check 'the plan is there' answers 8022 GET "/api/v1/plans/$plan"
check 'the vault is whole' env HBR_PASSWORD='correct horse battery staple' hbr verify --vault disk --quiet
check 'purge wants to be confirmed' fails /opt/hbr/uninstall --purge </dev/null
check 'purge' /opt/hbr/uninstall --purge --yes
check 'nothing is left' is_gone /opt/hbr /etc/hbr /var/lib/hbr /etc/systemd/system/hbr.service /usr/local/bin/hbr
check 'but the vault' env HBR_PASSWORD='correct horse battery staple' first/bin/hbr verify --vault /srv/vault --quiet
rm -rf /srv/vault /srv/data
[ "$failures" -eq 0 ]
