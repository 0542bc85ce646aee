# SPDX-License-Identifier: Apache-2.0
# checks.sh: what the scripts that run in the guest share; to be sourced. Nothing here changes the machine.
# shellcheck shell=bash

failures=0
check() {  # SENTENCE COMMAND...
    local sentence=$1
    shift
    if "$@"; then echo "ok: $sentence"; else echo "FAILED: $sentence"; failures=$((failures + 1)); fi
}
fails() { ! "$@"; }
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

# Speaks HTTP as a browser's page does; prints the answer. PORT METHOD PATH [BODY]
request() {
    local token=
    [ "$2" = GET ] || token=$(request "$1" GET /api/v1/session | sed -n 's/.*"csrfToken": *"\([^"]*\)".*/\1/p')
    exec 3<>"/dev/tcp/127.0.0.1/$1" || return 1
    printf '%s %s HTTP/1.1\r\nHost: localhost:%s\r\nConnection: close\r\nContent-Type: application/json\r\n' \
        "$2" "$3" "$1" >&3
    [ -z "$token" ] || printf 'X-HBR-CSRF: %s\r\n' "$token" >&3
    printf 'Content-Length: %s\r\n\r\n%s' "$(printf %s "${4:-}" | wc -c)" "${4:-}" >&3
    cat <&3
    exec 3>&-
}
answers() { request "$@" | head -n 1 | grep -q '^HTTP/1.1 20[0-9] '; }
page_answers() { answers "$1" GET /api/v1/version; }
