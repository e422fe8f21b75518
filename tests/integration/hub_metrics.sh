#!/usr/bin/env bash
# What a hub tells whoever watches it: /healthz for anybody, /metrics only where the operator said, and a
# log of requests when asked for; nowhere an id, a name or a key of anybody's things.
. "$(dirname "${BASH_SOURCE[0]}")/start.sh"
lab_begin
mkdir -p "$LAB/hub"
expect 0 'Made a hub in' ctl hub hub init
expect 0 'There is a hub in' ctl hub hub init
# get PORT TARGET [METHOD]: the whole reply; with a method an empty body, too
get() {
    local reply
    exec 3<>"/dev/tcp/127.0.0.1/$1" || return 1
    printf '%s %s HTTP/1.1\r\nHost: h\r\nConnection: close\r\n%s\r\n' "${3:-GET}" "$2" "${3:+Content-Length: 0$'\r\n'}" >&3
    reply=$(timeout 20 cat <&3)
    exec 3<&- 3>&-
    printf '%s\n' "$reply"
}
two_devices
expect 0 '200 OK' get "$HUB_PORT" /healthz
grep -q '^ok' "$LAB/said" || fail "healthz does not say ok: $(cat "$LAB/said")"
[ "$(wc -c <"$LAB/said")" -lt 300 ] || fail "healthz says too much"
expect 0 ' 404 ' get "$HUB_PORT" /metrics
expect 0 ' 404 ' get "$HUB_PORT" /healthz POST
[ -z "$(ctl hub hub status --json | field metrics)" ] || fail "metrics are served though nobody asked"
grep -rq 'requests: served' "$LAB"/hub/.local/state/satchel && fail "requests are logged though nobody asked"
hub_stop
expect 4 'address and a port' within hub satcheld hub --metrics-bind 9101
expect 4 'address' within hub satcheld hub --trusted-proxy localhost
expect 4 'metrics' within hub satcheld hub --port 0 --metrics-bind 192.0.2.77:0

hub_start --metrics-bind 127.0.0.1:0 --log-requests
metrics=$(ctl hub hub status --json | field metrics)
metrics=${metrics##*:}
fill_catalog "$(catalog_of laptop)" laptop
settle
expect 1 . ctl hub hub restore "$LAB/nowhere" --yes
expect 0 . ctl hub hub backup
expect 0 'and it runs' ctl hub hub init
# Both devices with what is stored of them; their names are sealed.
expect 0 ' member .* [1-9][0-9]* objects?, ' ctl hub hub devices
[ "$(grep -c ' member ' "$LAB/said")" = 2 ] || fail "not two devices: $(cat "$LAB/said")"
grep -Eq 'laptop|desktop' "$LAB/said" && fail "the hub knows names"
[ "$(ctl hub hub devices --json | field 'devices[0].requests')" -gt 0 ] || fail "no requests are counted"
expect 0 ' 404 ' get "$HUB_PORT" /metrics
expect 0 ' 404 ' get "$HUB_PORT" /v1/nothing
expect 0 '200 OK' get "$metrics" /healthz
expect 0 ' 404 ' get "$metrics" /v1/health
expect 0 ' 405 ' get "$metrics" /metrics POST
get "$metrics" /metrics >"$LAB/metrics"
for line in 'healthy 1' 'devices 2' 'requests_total{class="push",status="200"} [1-9]' 'request_seconds_total{class="push"} ' \
    'refusals_total{reason="not-found"} [1-9]' 'last_backup_age_seconds [0-9]' 'database_bytes [1-9]' 'segment_bytes [1-9]' \
    'connections [0-9]' 'held_polls [0-9]' 'uptime_seconds [0-9]' 'sent_bytes_total [1-9]' 'received_bytes_total [1-9]'; do
    grep -Eq "^satchel_hub_${line//\{/\\\{}" "$LAB/metrics" || fail "no metric like '$line': $(cat "$LAB/metrics")"
done
# Every line is a comment or a name, labels of our own words, and a number.
sed '1,/^\r*$/d' "$LAB/metrics" | tr -d '\r' | grep -Ev '^# (HELP|TYPE) satchel_hub_|^satchel_hub_[a-z_]+(\{[a-z]+="[a-z0-9._-]+"(,[a-z]+="[a-z0-9._-]+")*\})? [0-9.]+$' | grep . && fail "a line is no metric"
# No id of a device or a workspace: 26 characters.
grep -Eq '[a-z2-7]{26}' "$LAB/metrics" && fail "an id is in the metrics"

log=$LAB/hub/.local/state/satchel
grep -rEqh 'requests: served method=POST class=push status=200 received=[1-9][0-9]* sent=[0-9]+ ms=[0-9]+ device=[a-z2-7]{8}$' "$log" || fail "no line for a push: $(grep -rh requests: "$log" | tail -3)"
grep -rh 'requests: served' "$log" | grep -E '[a-z2-7]{20}|/v1/|\?' && fail "the log of requests names things"

# A database that cannot be written: 503, and well again when there is room.
if mkdir "$LAB/small" && mount -t tmpfs -o size=2m,mode=700 tmpfs "$LAB/small" 2>/dev/null; then
    hub_stop
    HUB_PORT=0
    trap 'status=$?; hub_stop; umount -l "$LAB/small"; (exit $status); lab_end' EXIT
    hub_start --data-dir "$LAB/small/hub" --metrics-bind 127.0.0.1:0
    health() { get "$HUB_PORT" /healthz | grep -q " $1 "; }
    health 200 || fail "a new hub is not well"
    head -c 4000000 /dev/zero >"$LAB/small/fill" 2>/dev/null
    # Each join string is a write.
    for n in 1 2 3 4 5 6 7 8 9; do ctl hub sync register --name "n$n" >/dev/null 2>&1; done
    wait_until 20 health 503 || fail "a hub that cannot write says that it is well"
    rm "$LAB/small/fill"
    wait_until 20 health 200 || fail "a hub that has room again does not say so"
else
    say "a full disk was left out: cannot mount"
fi
