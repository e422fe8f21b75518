# Rows of the catalog that tell which device has heard of what. Sourced after start.sh.

# writes DEVICE NAME: a row of its own.
writes() { sql "$(catalog_of "$1")" "INSERT INTO setting (name, value) VALUES ('$2', '$1')" || fail "write $2 on $1"; }
# has DEVICE NAME / lacks DEVICE NAME
has() { [ "$(sql "$(catalog_of "$1")" "SELECT count(*) FROM setting WHERE name = '$2'")" = 1 ] || fail "$1 lacks $2"; }
lacks() { [ "$(sql "$(catalog_of "$1")" "SELECT count(*) FROM setting WHERE name = '$2'")" = 0 ] || fail "$1 has $2"; }
# carry DEVICE…: what each has reaches the others.
carry() {
    local name
    for name in "$@" "$@"; do
        push "$name" >"$LAB/carried" || fail "push on $name: $(cat "$LAB/carried")"
        pull "$name" >"$LAB/carried" || fail "pull on $name: $(cat "$LAB/carried")"
    done
}
