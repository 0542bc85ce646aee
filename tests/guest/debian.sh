#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# debian.sh: in the guest, beside hbr.deb: the Debian package and its unit under a real systemd: install, start, status, a
# job, stop and restart in the middle of one, a hang that the watchdog ends, kill -9, and how little it may do; remove
# and purge.
set -euo pipefail
# shellcheck source=tests/guest/checks.sh
. ./checks.sh

export HBR_PASSWORD='correct horse battery staple'
queue_job() {
    ask "INSERT INTO jobs (kind, state, plan, plan_name, client, vault, made) VALUES ('backup', 'queued', $plan, 'plan',
         'guest', 'disk', $(date +%s)); SELECT max(id) FROM jobs"
}

lacks_libraries() { ! dpkg -i hbr.deb >/dev/null 2>&1; }
check 'the package is not configured without its libraries' lacks_libraries
dpkg -i /var/lib/guest-packages/*.deb >/dev/null
check 'the package is installed' dpkg --configure hbr
check 'the service starts with the machine' systemctl is-enabled --quiet hbr
check 'it runs' systemctl is-active --quiet hbr
check 'it says what it is at' [ "$(show StatusText)" = 'No job runs; the page is at http://localhost:8011' ]
check 'its page answers' page_answers 8011
check 'its state is its own' [ "$(stat -c '%a %U' /var/lib/hbr)" = '700 root' ]

mkdir -p /srv/data
head -c 20000000 /dev/urandom > /srv/data/file
chown 1000 /srv/data/file && chmod 0600 /srv/data/file
hbr vault create /srv/vault --name disk
plan="x'00112233445566778899aabbccddeeff'"
ask "INSERT INTO plans (id, name, client, vault, script_before, script_after, most_retries, first_wait_minutes, made,
     considered_until) VALUES ($plan, 'plan', 'guest', 'disk', '', '', 0, 5, 0, 0);
     INSERT INTO plan_sources (plan, position, path) VALUES ($plan, 0, '/srv/data')"
job=$(queue_job)
await has_ended "$job"
check 'a job reads what belongs to others' ended_as "$job" completed

# From here on a job lasts ten seconds at least, so that it is met while it runs.
mkdir -p /etc/systemd/system/hbr.service.d
printf '[Service]\nEnvironment=HBR_LIMIT_UPLOAD=2M\nWatchdogSec=4s\nRestartSec=1s\n' \
    > /etc/systemd/system/hbr.service.d/test.conf
systemctl daemon-reload
systemctl restart hbr
head -c 20000000 /dev/urandom > /srv/data/file
job=$(queue_job)
await has_state "$job" running
check 'it stops in the middle of a job' systemctl stop hbr
check 'the job has failed because of that' ended_as "$job" failedJOB-0005
check 'the job had time for its last word' [ -n "$(ask "SELECT text FROM events WHERE job = $job")" ]
check 'no process stays' [ -z "$(pgrep -x hbr)" ]
check 'it ended well' [ "$(show Result)" = success ]

systemctl start hbr
job=$(queue_job)
await has_state "$job" running
check 'it is restarted in the middle of a job' systemctl restart hbr
check 'that job has failed' ended_as "$job" failedJOB-0005

sleep 10  # more than two beats
check 'it beats' [ "$(show NRestarts)" = 0 ]
kill -STOP "$(show MainPID)"
check 'a hang ends it, and it starts anew' await was_restarted 1
kill -KILL "$(show MainPID)"
check 'so does kill -9' await was_restarted 2
job=$(queue_job)
await has_ended "$job"
check 'it works on' ended_as "$job" completed
check 'the vault is whole' hbr verify --vault disk --quiet
check 'it may do little' may_do_little
check 'it keeps a log of its own' grep -q 'The service stopped' /var/log/hbr/agent.log
rm -r /etc/systemd/system/hbr.service.d

check 'the same package again, as an upgrade, restarts it' dpkg -i hbr.deb
check 'its page answers after that' page_answers 8011
check 'the package is removed' dpkg --remove hbr
check 'the service is gone' fails systemctl is-active --quiet hbr
check 'settings and state stay' [ -e /etc/hbr/vaults/disk ]
check 'the package is purged' dpkg --purge hbr
are_gone() { [ ! -e /etc/hbr ] && [ ! -e /var/lib/hbr ] && [ ! -e /var/log/hbr ]; }
check 'settings, state and logs are gone' are_gone
check 'the vault stays' [ -d /srv/vault/packs ]
journalctl -u hbr --no-pager -o short | tail -20
[ "$failures" -eq 0 ]
