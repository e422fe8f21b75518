#!/usr/bin/env bash
# The devices of a workspace: one is revoked while it is away with work it has not sent, names and
# roles change, keys rotate, and a hub that forgets all of it is told again. Real processes.
. "$(dirname "${BASH_SOURCE[0]}")/start.sh"
. "$(dirname "${BASH_SOURCE[0]}")/setting_rows.sh"
lab_begin
hub_start
device laptop home/a
device desktop Users/b
device tablet home/c
for name in laptop desktop tablet; do device_start "$name"; done
found laptop
join desktop laptop
join tablet laptop
all=(laptop desktop tablet)

epoch_of() { ctl "$1" device list --json | sed 's/.*"epoch":\([0-9]*\).*/\1/'; }

writes laptop first
carry "${all[@]}"
for name in "${all[@]}"; do has "$name" first; done

# Revoked while away, with something it had not sent.
device_stop tablet
writes tablet unsent
expect 4 'nothing was changed' ctl laptop device revoke tablet
expect 1 'no device' ctl laptop device revoke nobody --yes
hinted
expect 4 'the one you are on' ctl laptop device revoke laptop --yes
hinted
expect 0 "revoked 'tablet'" ctl laptop device revoke tablet --yes
writes laptop after
carry laptop desktop
has desktop after
lacks desktop unsent
[ "$(epoch_of desktop)" = 2 ] || fail "desktop is at epoch $(epoch_of desktop), not 2"
ctl desktop device list | grep -Eq '^tablet +revoked' || fail "desktop does not list it as revoked: $(ctl desktop device list)"

# It learns that from the log, keeps what it has, and gets nothing.
device_start tablet
expect 7 "revoked by 'laptop'" ctl tablet sync push
hinted
expect 7 "revoked by 'laptop'" ctl tablet sync pull
has tablet unsent
lacks tablet after
ctl tablet device list | grep -Eq '^tablet \(this\) +revoked' || fail "it does not list itself as revoked"
expect 7 'revoked' ctl tablet device rotate

# By six words: the hub only lets it stand in front of the door.
device phone home/d
device_start phone
ctl hub sync register --name phone >"$LAB/join-phone" 2>"$LAB/said" || fail "the hub makes no join string: $(cat "$LAB/said")"
grep -q 'device approve phone' "$LAB/said" || fail "it is not said that a member has to let it in"
ctl phone sync setup --join-file "$LAB/join-phone" --name phone >"$LAB/said" 2>&1 || fail "sync setup of phone: $(cat "$LAB/said")"
words=$(sed -n 's/^    //p' "$LAB/said")
[ "$(wc -w <<<"$words")" = 6 ] || fail "not six words: $words"
expect 4 "waits to be let in; its words: $words" ctl phone sync push
hinted
expect 1 'has these words' ctl laptop device approve phone --words "abandon abandon abandon abandon abandon abandon"
expect 4 "asks to be let in: $words" ctl laptop device approve phone
expect 0 'belongs to the workspace' ctl laptop device approve phone --words "$words"
is_in() { ctl phone status --json 2>/dev/null | grep -q '"workspace":"[a-z2-7]'; }
wait_until 10 is_in || fail "the phone does not notice that it was let in"
carry laptop phone
has phone after
lacks phone unsent
expect 0 "revoked 'phone'" ctl desktop device revoke phone --yes

# Names.
expect 0 'studio' ctl laptop device rename desktop studio
carry laptop desktop
[ "$(ctl desktop status --json | field device)" = studio ] || fail "the desktop does not know its name"
ctl laptop device list | grep -q '^studio ' || fail "the laptop does not know its name"

# A device that may only read gets everything and sends nothing, until it may write again.
expect 4 'not a role' ctl laptop device role studio king
expect 0 'read-only' ctl laptop device role studio read-only
pull desktop >/dev/null || fail "pull of a reader"
writes laptop for-readers
writes desktop stays
carry laptop desktop
has desktop for-readers
lacks laptop stays
expect 7 'only read' ctl desktop device rotate
expect 0 'normal' ctl laptop device role studio normal
pull desktop >/dev/null || fail "pull of one that may write again"
carry laptop desktop
has laptop stays

# A hub that was restored forgets who is a member; it is told, and told that the key changed.
hub_stop
cp -a "$(hub_data)" "$LAB/hub-backup"
hub_start
expect 0 'epoch 4' ctl desktop device rotate
writes desktop rotated
carry desktop laptop
has laptop rotated
hub_stop
rm -rf "$(hub_data)"
cp -a "$LAB/hub-backup" "$(hub_data)"
hub_start
writes laptop on-a-restored-hub
carry laptop desktop
has desktop on-a-restored-hub
[ "$(epoch_of laptop)" = 4 ] || fail "the epoch went back"
grep -q 'list of devices' "${DEVICE_HOME[laptop]}/.local/state/satchel/satcheld.log" "${DEVICE_HOME[desktop]}/.local/state/satchel/satcheld.log" ||
    fail "nobody said that the hub forgot members"
expect 7 "revoked by 'laptop'" ctl tablet sync pull
# Whoever runs the hub sees who did that, and whether somebody changed the record.
ctl hub hub audit >"$LAB/said" || fail "hub audit: $(cat "$LAB/said")"
for what in 'operator +code.founding' 'found .* ok' 'invite .* ok' 'enroll .* ok' 'member.add .* ok' 'member.revoke .* ok' 'member.role .* ok'; do
    grep -Eq "$what" "$LAB/said" || fail "the hub has not written down '$what': $(cat "$LAB/said")"
done
grep -Eq 'tablet|studio|phone' "$LAB/said" && fail "the hub knows a name: $(cat "$LAB/said")"
expect 0 '^whole: [0-9]+ rows, newest link [0-9a-f]{64}$' ctl hub hub audit --verify
expect 0 '"verified":true' ctl hub hub audit --verify --json
sql "$(hub_data)/hub.db" "UPDATE audit SET device = '' WHERE number = 2" || fail "the log cannot be changed"
expect 1 'changed: row 2 is not what was written there' ctl hub hub audit --verify
hinted
say "revoked with unsent work, let in by words, renamed, read-only, rotated to epoch 4, a restored hub: all as told"
