#!/usr/bin/env bash
# Real daemons at a hub that begins to lie: what it changed, kept back, forgot or made up is refused
# and named, what the devices hold stays, and once it tells the truth again they agree.
. "$(dirname "${BASH_SOURCE[0]}")/start.sh"
lab_begin
hub_start
lie() { printf '%s\n' "$1" >"$LAB/lie"; }
lie truth
"$SATCHEL_BIN/satchel-liar" "$HUB_PORT" "$LAB/lie" >"$LAB/liar.port" 2>"$LAB/liar.err" &
wait_until 10 test -s "$LAB/liar.port" || fail "satchel-liar does not listen"
LIAR_URL="http://127.0.0.1:$(cat "$LAB/liar.port")"
device laptop home/a
device desktop Users/b
device_start laptop
device_start desktop
found laptop
join desktop laptop --url "$LIAR_URL"
for name in laptop desktop; do ctl "$name" sync disable -q || fail "sync disable on $name"; done
fill_catalog "$(catalog_of laptop)" laptop
settle
same_catalog "$(catalog_of laptop)" "$(catalog_of desktop)" || fail "the rows differ before any lie"

number=0
# under LIE PATTERN COMMAND…: laptop writes, the hub lies to desktop: its rows stay as they are, and the
# command says the pattern. Then the truth.
under() {
    local before
    number=$((number + 1))
    sql "$(catalog_of laptop)" "INSERT INTO setting (name, value) VALUES ('lie.$1', '$number')" || fail "insert"
    push laptop >"$LAB/last" || fail "push: $(cat "$LAB/last")"
    before=$(sql "$(catalog_of desktop)" 'SELECT * FROM setting ORDER BY name' | sha256sum)
    lie "$1"
    expect '0|1|5|6|7' "$2" ctl desktop sync pull
    [ "$(sql "$(catalog_of desktop)" 'SELECT * FROM setting ORDER BY name' | sha256sum)" = "$before" ] ||
        fail "the rows changed under the lie '$1'"
}
truth() {
    lie truth
    ctl desktop daemon restart -q || fail "restart"
    settle
    same_catalog "$(catalog_of laptop)" "$(catalog_of desktop)" || fail "the rows differ after '$1'"
}

under flip 'came damaged from the hub'
ctl desktop status >"$LAB/said"
grep -q "alarm .*'laptop' for 'catalog' came damaged from change .* since" "$LAB/said" || fail "status: $(cat "$LAB/said")"
truth flip
under withhold "the log of 'laptop' for 'catalog' waits for change .* since .*does not give it"
ctl desktop status --json >"$LAB/said" && fail "an alarm and exit status 0"
field 'alarms[0].text' <"$LAB/said" | grep -q 'waits for change' || fail "the alarm is not in the status"
truth withhold
[ -z "$(ctl desktop status --json | field 'alarms[0].text')" ] || fail "an alarm stands after the truth"
under forget "shows no head of 'laptop' any more since"
truth forget
under garbage 'nothing was taken from it'
truth garbage
under redirect 'redirects are not followed'
truth redirect
# What the hub shows first is what it shows for ever.
lie freeze
sql "$(catalog_of laptop)" "INSERT INTO setting (name, value) VALUES ('last', 'news')"
push laptop >"$LAB/last"
pull desktop >"$LAB/last"
sql "$(catalog_of desktop)" "INSERT INTO setting (name, value) VALUES ('own', 'news')"
push desktop >"$LAB/last"
expect '0|1|5|6|7' "less of this device's log than it had" ctl desktop sync pull
truth freeze
sql "$(catalog_of laptop)" "INSERT INTO setting (name, value) VALUES ('more', 'news')"
push laptop >"$LAB/last"
lie expel
expect '0|1|5|6|7' 'less of the list of devices than it had' ctl desktop sync pull
truth expel

# A newcomer who is shown another list of devices than the one its join string speaks of.
lie truth
device third home/c
device_start third
ctl laptop sync register --name third >"$LAB/join-third" 2>/dev/null || fail "register"
lie rogue
expect '7' 'a list of devices that does not hold, and nothing was saved' \
    ctl third sync setup --name third --join-file "$LAB/join-third" --url "$LIAR_URL"
hinted
[ ! -e "$(data_of third)/device.key" ] || fail "a key was saved"
