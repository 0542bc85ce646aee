#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# service.sh HBR: the unit of systemd/ under a real systemd: start, status, a job, stop and restart in the middle of one,
# a hang that the watchdog ends, kill -9, and how little it may do. Run by tests/run guest; guest.sh boots the machine.
set -euo pipefail

source_folder=$(readlink -f "$(dirname "$(readlink -f "$0")")/../..")

if [ "${1:-}" != --inside ]; then
    payload=$(mktemp -d "${TMPDIR:-/var/tmp}/hbr-payload.XXXXXX")
    trap 'rm -rf "$payload"' EXIT
    cp "$1" "$payload/hbr"
    cp "$source_folder/systemd/hbr.service" "$payload/"
    cp "$0" "$payload/service.sh"
    echo 'exec bash service.sh --inside' > "$payload/run.sh"
    "$source_folder/tests/guest/guest.sh" "$payload"
    exit
fi

failures=0
check() {  # SENTENCE COMMAND...
    local sentence=$1
    shift
    if "$@"; then echo "ok: $sentence"; else echo "FAILED: $sentence"; failures=$((failures + 1)); fi
}
show() { systemctl show hbr -p "$1" --value; }
ask() { sqlite3 -cmd '.timeout 60000' /var/lib/hbr/catalogue.db "$1"; }
await() {  # COMMAND...
    for _ in $(seq 600); do "$@" && return; sleep 0.2; done
    return 1
}
has_state() { [[ "|$2|" == *"|$(ask "SELECT state FROM jobs WHERE id = $1")|"* ]]; }
has_ended() { ! has_state "$1" 'queued|running'; }
ended_as() { [ "$(ask "SELECT state || error_code FROM jobs WHERE id = $1")" = "$2" ]; }
was_restarted() { [ "$(show NRestarts)" -ge "$1" ] && [ "$(show ActiveState)" = active ]; }
may_do_little() { systemd-analyze security --threshold=40 --no-pager hbr | tail -n 1; }
page_answers() {
    exec 3<>/dev/tcp/127.0.0.1/8011
    printf 'GET /api/v1/version HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' >&3
    grep -q '^HTTP/1.1 200 ' <&3
}
queue_job() {
    ask "INSERT INTO jobs (kind, state, plan, plan_name, client, vault, made) VALUES ('backup', 'queued', $plan, 'plan',
         'guest', 'disk', $(date +%s)); SELECT max(id) FROM jobs"
}

export HBR_CONFIG_DIR=/etc/hbr HBR_STATE_DIR=/var/lib/hbr HBR_PASSWORD='correct horse battery staple'
install -m 0755 hbr /usr/bin/hbr
install -m 0644 hbr.service /etc/systemd/system/hbr.service
systemctl daemon-reload

check 'it starts, and says when it is ready' systemctl start hbr
check 'it says what it is at' [ "$(show StatusText)" = 'No job runs; the page is at http://localhost:8011' ]
check 'its page answers' page_answers
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
journalctl -u hbr --no-pager -o short | tail -40
[ "$failures" -eq 0 ]
