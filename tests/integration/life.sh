#!/usr/bin/env bash
# The life of a workspace, with real processes: founded, joined by a string and by words, three devices at work, one
# revoked while it is away with work it has not sent, a new epoch, a hub that is wiped, one that is rolled back,
# a move to another hub, and all devices lost but the words on paper. After each step the devices agree,
# verify says so, and the revoked one has read nothing new.
. "$(dirname "${BASH_SOURCE[0]}")/start.sh"
lab_begin
hub_start
devices=()
revoked=''
number=0

# step WORDS: what happens now.
step() { number=$((number + 1)) step="step $number, $*"; }

# machine NAME HOME: a machine with a tree and an application's database.
machine() {
    device "$1" "$2"
    device_start "$1"
    mkdir -p "${DEVICE_HOME[$1]}/notes"
}

# enters NAME: it is in the workspace; cycles run when this test says so.
enters() {
    ctl "$1" sync disable -q || fail "$step: sync disable on $1"
    ctl "$1" source add "${DEVICE_HOME[$1]}/notes" -q || fail "$step: source add on $1"
    devices+=("$1")
}

# works NAME WORD: a row, a file and a line of its own, and an edit where all edit.
works() {
    local notes=${DEVICE_HOME[$1]}/notes
    sql "$(catalog_of "$1")" "INSERT INTO setting (name, value) VALUES ('$2', '$1')" || fail "$step: a row on $1"
    noise 20000 >"$notes/$2.md"
    printf '{"by":"%s","what":"%s"}\n' "$1" "$2" >>"$notes/log.jsonl"
}

# carry: what each has reaches the others, and all know it.
carry() {
    local name
    for name in "${devices[@]}" "${devices[@]}" "${devices[@]}"; do
        push "$name" >"$LAB/carried" 2>&1 || fail "$step: push on $name: $(cat "$LAB/carried")"
        pull "$name" >"$LAB/carried" 2>&1 || fail "$step: pull on $name: $(cat "$LAB/carried")"
    done
}

has() { [ "$(sql "$(catalog_of "$1")" "SELECT count(*) FROM setting WHERE name = '$2'")" = 1 ] && [ -e "${DEVICE_HOME[$1]}/notes/$2.md" ]; }

# agree WORD…: all devices have the same, these words among it; verify says so on each, and the revoked device
# learnt nothing.
agree() {
    local name word first=${devices[0]}
    carry
    for name in "${devices[@]}"; do
        for word in "$@"; do has "$name" "$word" || fail "$step: $name lacks '$word'"; done
        [ "$name" = "$first" ] || same_tree notes "${DEVICE_HOME[$first]}/notes" "${DEVICE_HOME[$name]}/notes" ||
            fail "$step: the files of $name differ"
        [ "$name" = "$first" ] || same_catalog "$(catalog_of "$first")" "$(catalog_of "$name")" || fail "$step: the rows of $name differ"
        ctl "$name" verify >"$LAB/verified" 2>&1 || fail "$step: verify on $name: $(cat "$LAB/verified")"
        grep -q '^Equal: ' "$LAB/verified" || fail "$step: verify on $name does not say equal: $(cat "$LAB/verified")"
    done
    [ -z "$revoked" ] && return
    ctl "$revoked" sync pull >"$LAB/said" 2>&1 && fail "$step: the revoked device may pull"
    cmp -s "$LAB/held-by-it" <(all_of "$revoked") || fail "$step: the revoked device has something new: $(all_of "$revoked")"
}

# all_of NAME: everything it has, by name and content.
all_of() {
    (cd "${DEVICE_HOME[$1]}/notes" && find . -type f -exec sha256sum {} + | LC_ALL=C sort)
    sql "$(catalog_of "$1")" "SELECT name, value FROM setting ORDER BY name"
}

step found
machine laptop home/a
found laptop
enters laptop
works laptop founded
agree founded
ctl laptop recovery create --json >"$LAB/made" || fail "$step: recovery create"
field words <"$LAB/made" >"$LAB/words"
[ "$(wc -w <"$LAB/words")" = 24 ] || fail "$step: not 24 words"

step join by a string
machine desktop Users/b
ctl laptop sync enable -q
join desktop laptop
ctl laptop sync disable -q
enters desktop
works desktop joined-by-string
agree founded joined-by-string

step join by words
machine tablet home/c
ctl hub sync register --name tablet >"$LAB/join-tablet" 2>"$LAB/said" || fail "$step: $(cat "$LAB/said")"
ctl tablet sync setup --join-file "$LAB/join-tablet" --name tablet >"$LAB/said" 2>&1 || fail "$step: $(cat "$LAB/said")"
words=$(sed -n 's/^    //p' "$LAB/said")
expect 0 'belongs to the workspace' ctl laptop device approve tablet --words "$words"
is_in() { ctl tablet status --json 2>/dev/null | grep -q '"workspace":"[a-z2-7]'; }
wait_until 10 is_in || fail "$step: it was not let in"
enters tablet
works tablet joined-by-words
agree founded joined-by-string joined-by-words

step three devices at work
for name in "${devices[@]}"; do works "$name" "three-$name"; done
sql "$(catalog_of tablet)" "UPDATE setting SET value = 'changed' WHERE name = 'founded'"
rm "$LAB/Users/b/notes/joined-by-words.md"
carry
is_gone() { push desktop >/dev/null && pull laptop >/dev/null && ! [ -e "$LAB/home/a/notes/joined-by-words.md" ]; }
wait_until 20 is_gone || fail "$step: a deletion does not travel"
agree three-laptop three-desktop three-tablet

step one is revoked while it is away with work it has not sent
device_stop tablet
works tablet unsent
expect 0 "revoked 'tablet'" ctl desktop device revoke tablet --yes
devices=(laptop desktop)
device_start tablet
revoked=tablet
all_of tablet >"$LAB/held-by-it"
works laptop after-the-revocation
agree after-the-revocation
for name in "${devices[@]}"; do has "$name" unsent && fail "$step: $name has what it had not sent"; done
has tablet unsent || fail "$step: it lost its own work"

step a new epoch
expect 0 'epoch 3' ctl laptop device rotate
works desktop rotated
agree rotated

step the hub is rolled back
hub_stop
cp -a "$(hub_data)" "$LAB/hub-backup"
hub_start
works laptop lost-by-the-hub
works desktop lost-as-well
agree lost-by-the-hub lost-as-well
hub_stop
rm -rf "$(hub_data)"
cp -a "$LAB/hub-backup" "$(hub_data)"
hub_start
works laptop after-the-rollback
agree lost-by-the-hub lost-as-well after-the-rollback
ctl laptop doctor --json >"$LAB/said"
grep -q 'rolled back' "$LAB/said" || fail "$step: doctor does not name it: $(cat "$LAB/said")"

# settles_at HUB NAME: the device goes on at the hub of that machine, which may have nothing yet.
settles_at() {
    ctl "$1" sync register --name "$2" >"$LAB/to-$1" 2>"$LAB/said" || fail "$step: $1 admits nobody: $(cat "$LAB/said")"
    expect 0 'moved to' ctl "$2" sync setup --join-file "$LAB/to-$1" --yes
}

step the hub is wiped
hub_stop
rm -rf "$(hub_data)"
hub_start
expect 5 'another hub answers' ctl laptop sync pull
hinted
settles_at hub laptop
ctl laptop sync register --name desktop >"$LAB/to-laptop" 2>/dev/null || fail "$step: register"
expect 0 'moved to' ctl desktop sync setup --join-file "$LAB/to-laptop" --yes
works desktop on-a-wiped-hub
agree founded rotated after-the-rollback on-a-wiped-hub

step it moves to another hub
device other other
exec_within other satcheld hub --port 0 >"$LAB/other.out" 2>"$LAB/other.err" &
other_pid=$!
answers() { ctl other hub status --json >"$LAB/other.status" 2>/dev/null; }
wait_until 20 answers || fail "$step: the other hub does not answer"
settles_at other laptop
hub_stop
ctl laptop sync register --name desktop >"$LAB/to-laptop" 2>/dev/null || fail "$step: register"
expect 0 'moved to' ctl desktop sync setup --join-file "$LAB/to-laptop" --yes
works laptop on-another-hub
agree founded on-a-wiped-hub on-another-hub

step all devices are lost but the words
cp -a "$LAB/home/a/notes" "$LAB/kept-notes"
sqlite3 "$(catalog_of laptop)" "VACUUM INTO '$LAB/kept.db'"
url=$(ctl laptop status --json | field hub_url)
for name in laptop desktop; do
    device_stop "$name"
    rm -rf "${DEVICE_HOME[$name]}"
done
machine fresh home/f
ctl fresh recovery use "$url" --name fresh <"$LAB/words" >"$LAB/said" 2>&1 || fail "$step: recovery use: $(cat "$LAB/said")"
devices=()
enters fresh
carry
same_tree notes "$LAB/kept-notes" "$LAB/home/f/notes" || fail "$step: the files are not what they were"
same_catalog "$LAB/kept.db" "$(catalog_of fresh)" || fail "$step: the rows are not what they were"
for name in laptop desktop; do expect 0 "revoked '$name'" ctl fresh device revoke "$name" --yes; done
machine second home/g
ctl fresh sync enable -q
join second fresh
ctl fresh sync disable -q
enters second
works fresh after-the-loss
agree founded joined-by-string rotated on-a-wiped-hub on-another-hub after-the-loss

end_process "$other_pid" TERM
for name in fresh second tablet; do device_stop "$name"; done
intact "$(store_of fresh)" "$(store_of second)" "$(store_of tablet)" || fail "a store is damaged"
say "$number steps; after each the devices agree and verify says so; the revoked one has read nothing new"
