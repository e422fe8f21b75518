#!/usr/bin/env bash
# verify: two devices are equal and say so; what is under way is told from what went wrong; a byte
# that changed without a trace, a table changed behind the store's back and a store that does not add up
# are named.
. "$(dirname "${BASH_SOURCE[0]}")/start.sh"
lab_begin
two_devices
tree=$LAB/home/a/.claude
mkdir -p "$tree/projects/p" "$tree/plans" "$LAB/home/a/.codex"
for i in {1..300}; do printf '{"uuid":"%d","text":"line %d"}\n' "$i" "$i"; done >"$tree/projects/p/one.jsonl"
noise 3000000 >"$tree/plans/long.md"
echo '{"theme":"dark"}' >"$tree/settings.json"
add_trees
fill_catalog "$(catalog_of laptop)" laptop
settle
# A program may have begun to run: settings wait until it is known not to.
is_shown() { settle && test -s "$LAB/Users/b/.claude/settings.json"; }
wait_until 20 is_shown || fail "the settings are not shown"
settle

for name in laptop desktop; do
    expect 0 'equal: what is here' ctl "$name" verify
    grep -Eq '^(laptop|desktop) +equal ' "$LAB/said" || fail "$name does not name the other device: $(cat "$LAB/said")"
    ctl "$name" verify --json >"$LAB/verified" || fail "verify --json on $name"
    [ "$(field verdict <"$LAB/verified")" = equal ] || fail "$(cat "$LAB/verified")"
done

# What is under way is no difference.
echo 'new' >"$tree/plans/new.md"
expect 6 'desktop +behind .*claude' ctl laptop verify
grep -q 'satchelctl sync' "$LAB/said" || fail "no next step: $(cat "$LAB/said")"
settle
expect 0 'equal' ctl laptop verify

# silently PATH OFFSET: one byte changes, and neither size nor time tells of it.
silently() {
    local time
    time=$(stat -c %y "$1")
    printf '#' | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
    touch -d "$time" "$1"
}
keeps() { cp -p "$1" "$LAB/kept"; }
gives_back() { local time; time=$(stat -c %y "$1"); cat "$LAB/kept" >"$1" && touch -d "$time" "$1"; }
for damaged in plans/long.md:2000000 projects/p/one.jsonl:40; do
    file=$tree/${damaged%:*}
    keeps "$file"
    silently "$file" "${damaged#*:}"
    expect 5 "drifted" ctl laptop verify
    grep -q "${damaged%:*}" "$LAB/said" || fail "the file is not named: $(cat "$LAB/said")"
    pull desktop >/dev/null
    cmp -s "$LAB/kept" "$LAB/Users/b/.claude/${damaged%:*}" || fail "the damage travelled"
    gives_back "$file"
    expect 0 'equal' ctl laptop verify
done

# A store that does not add up.
device_stop desktop
sql "$(store_of desktop)" "UPDATE lane SET digest = zeroblob(32)"
device_start desktop
expect 5 'unsound' ctl desktop verify

# A hub that is away leaves it open.
hub_stop
expect 6 'the hub was not asked' ctl laptop verify
say "equal on both devices; under way, drifted and unsound are told apart, and named"
