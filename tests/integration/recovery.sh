#!/usr/bin/env bash
# The words on paper: made on a device, still good after the keys changed, and the only thing left when
# every device is gone. A fresh machine gets everything back with them. Real processes.
. "$(dirname "${BASH_SOURCE[0]}")/start.sh"
lab_begin
hub_start
device laptop home/a
device desktop Users/b
for name in laptop desktop; do device_start "$name"; done
found laptop
grep -q 'recovery create' "$LAB/setup-laptop.out" || fail "founding does not offer recovery words: $(cat "$LAB/setup-laptop.out")"

# words_in JSON FILE: the words of an answer of recovery create.
words_in() { field words <"$1" >"$2" && [ "$(wc -w <"$2")" = 24 ] || fail "not 24 words in $1"; }
use() {
    local name=$1 words=$2
    shift 2
    ctl "$name" recovery use "$HUB_URL" --name "$name" "$@" <"$words"
}

# One holder of the keys is named; words or a second device end that.
ctl laptop status | grep -q 'only this device has the keys' || fail "status does not name the only holder: $(ctl laptop status)"
[ "$(ctl laptop status --json | field key_holders)" = 1 ] || fail "not one holder"
expect 0 'would make 24 words' ctl laptop recovery create -n
[ "$(ctl laptop status --json | field key_holders)" = 1 ] || fail "a dry run made words"
expect 0 'write these words on paper' ctl laptop recovery create
grep -Eq "^ +1 [a-z]+ +2 [a-z]+ +3 [a-z]+ +4 [a-z]+$" "$LAB/said" || fail "no rows of words: $(cat "$LAB/said")"
grep -q "hub  $HUB_URL" "$LAB/said" || fail "the hub's address is not there: $(cat "$LAB/said")"
grep -E '^ +[0-9]+ [a-z]+ ' "$LAB/said" >"$LAB/first-words"
[ "$(ctl laptop status --json | field key_holders)" = 2 ] || fail "not two holders"
[ "$(ctl laptop status --json | field devices)" = 1 ] || fail "paper counts as a machine"
ctl laptop status | grep -q 'only this device' && fail "status still names one holder"
join desktop laptop
for name in laptop desktop; do ctl "$name" sync disable -q; done
ctl desktop device list | grep -Eq '^recovery words +healthy, paper ' || fail "the list of devices: $(ctl desktop device list)"

# New words make the old ones void; without being asked for they are refused.
expect 1 'has recovery words already' ctl desktop recovery create
hinted
ctl desktop recovery create --replace --json >"$LAB/made" || fail "recovery create --replace"
words_in "$LAB/made" "$LAB/words"
[ "$(field replaced <"$LAB/made")" = 1 ] || fail "it is not said that the old words are void"
expect 7 'paper' ctl laptop device role "recovery words" normal

# What there is: a tree, rows, and a second epoch of keys.
laptop_home=${DEVICE_HOME[laptop]}
desktop_home=${DEVICE_HOME[desktop]}
mkdir -p "$laptop_home/notes/deep" "$desktop_home/notes"
printf 'one\ntwo\n' >"$laptop_home/notes/a.txt"
head -c 200000 /dev/urandom >"$laptop_home/notes/deep/large.bin"
for name in laptop desktop; do ctl "$name" source add "${DEVICE_HOME[$name]}/notes" -q || fail "source add on $name"; done
fill_catalog "$(catalog_of laptop)" laptop
settle
expect 0 'epoch' ctl laptop device rotate
printf 'after the rotation\n' >"$desktop_home/notes/b.txt"
printf 'three\n' >>"$laptop_home/notes/a.txt"
fill_catalog "$(catalog_of desktop)" desktop
settle
settle
same_tree notes "$laptop_home/notes" "$desktop_home/notes" || fail "the trees differ before the loss"
cp -a "$laptop_home/notes" "$LAB/kept-notes"
sqlite3 "$(catalog_of laptop)" "VACUUM INTO '$LAB/kept.db'"

# Everything but the hub and the paper is gone.
for name in laptop desktop; do
    device_stop "$name"
    rm -rf "${DEVICE_HOME[$name]}"
    unset "DEVICE_HOME[$name]"
done
device fresh home/c
device_start fresh

# What is no words, or no words of ours, changes nothing.
nothing_saved() { [ ! -e "$(data_of fresh)/device.key" ] && [ -z "$(ctl fresh status --json | field workspace)" ] || fail "something was saved"; }
: >"$LAB/none"
expect 4 'recovery words are required' use fresh "$LAB/none"
hinted
cut -d' ' -f1-23 "$LAB/words" >"$LAB/bad"
expect 4 'there are 23 words, not 24' use fresh "$LAB/bad"
sed 's/[^ ]*/abandn/3' "$LAB/words" >"$LAB/bad"
expect 4 'word 3 is not in the list' use fresh "$LAB/bad"
grep -q "did you mean 'abandon'" "$LAB/said" || fail "no suggestion: $(cat "$LAB/said")"
printf 'zoo %.0s' {1..24} >"$LAB/bad"
expect 4 'checksum is wrong' use fresh "$LAB/bad"
printf 'abandon %.0s' {1..23} >"$LAB/bad"
printf 'art\n' >>"$LAB/bad"
expect 7 'no workspace of these recovery words' use fresh "$LAB/bad"
hinted
expect 7 'were revoked' use fresh "$LAB/first-words"
hinted
expect 4 'process list' ctl fresh recovery use "$HUB_URL" $(cat "$LAB/words")
expect 4 'process list' ctl fresh recovery use "$HUB_URL" "$(cat "$LAB/words")"
expect 6 'cannot reach' ctl fresh recovery use http://127.0.0.1:1 --name fresh <"$LAB/words"
nothing_saved
members_of() { sql "$(hub_data)/hub.db" "SELECT count(*) FROM member"; }
before=$(members_of)
expect 0 'nothing was changed' use fresh "$LAB/words" --dry-run
grep -Eq '^others +laptop, desktop$' "$LAB/said" || fail "the others are not named: $(cat "$LAB/said")"
nothing_saved
[ "$(members_of)" = "$before" ] || fail "looking changed the log of members"

# The real thing: this machine is a device, and everything comes back.
expect 0 'this device is in' use fresh "$LAB/words"
expect 1 'belongs to a workspace already' use fresh "$LAB/words"
mkdir "${DEVICE_HOME[fresh]}/notes"
ctl fresh source add "${DEVICE_HOME[fresh]}/notes" -q || fail "source add on fresh"
ctl fresh sync disable -q
settle
settle
same_tree notes "$LAB/kept-notes" "${DEVICE_HOME[fresh]}/notes" || fail "the tree did not come back"
same_catalog "$LAB/kept.db" "$(catalog_of fresh)" || fail "the rows did not come back"
ctl fresh device list | grep -Eq '^fresh \(this\) +healthy .* recovery words ' || fail "who let it in: $(ctl fresh device list)"

# The lost devices can be ended from here, and the words stay good.
for name in laptop desktop; do expect 0 "revoked '$name'" ctl fresh device revoke "$name" --yes; done
[ "$(ctl fresh status --json | field devices)" = 1 ] || fail "they still count"
[ "$(ctl fresh status --json | field key_holders)" = 2 ] || fail "the words are gone"
printf 'of the new life\n' >"${DEVICE_HOME[fresh]}/notes/c.txt"
settle
expect 0 . ctl fresh verify
device again home/d
device_start again
expect 0 'this device is in' use again "$LAB/words"
mkdir "${DEVICE_HOME[again]}/notes"
ctl again source add "${DEVICE_HOME[again]}/notes" -q || fail "source add on again"
ctl again sync disable -q
settle
settle
same_tree notes "${DEVICE_HOME[fresh]}/notes" "${DEVICE_HOME[again]}/notes" || fail "a second machine by the same words differs"

# Once revoked, they let nobody in; and they stand nowhere, forwards or in part.
expect 0 'revoked' ctl again device revoke "recovery words" --yes
device late home/e
device_start late
expect 7 'were revoked' use late "$LAB/words"
rm -rf "$LAB/kept-notes" "$LAB/kept.db"
while read -r three; do
    grep -rqaF --exclude=words --exclude=first-words --exclude=made --exclude=said --exclude=bad "$three" "$LAB" && fail "words stand somewhere: $(grep -rlaF "$three" "$LAB")"
done < <(tr ' ' '\n' <"$LAB/words" | paste -d' ' - - -)
say "words made, exchanged, still good after a rotation; everything back on a fresh machine; the lost devices ended"
