#!/usr/bin/env bash
# The LaunchAgent's form: a property list by its rules, with keys of launchd.plist(5) only. That it works
# on a Mac is not shown by this.
. "$(dirname "${BASH_SOURCE[0]}")/start.sh"
if ! command -v xmllint >/dev/null; then
    say "skipped: there is no xmllint"
    exit 77
fi
LAB=$(mktemp -d) && trap 'rm -rf "$LAB"' EXIT
valid() { xmllint --nonet --noout --dtdvalid "$root/tests/support/plist.dtd" "$1" 2>/dev/null; }

sed 's|@SATCHELD@|/usr/local/bin/satcheld|' "$root/launchd/dev.satchel.satcheld.plist.in" >"$LAB/good.plist"
valid "$LAB/good.plist" || fail "the LaunchAgent is no valid property list"
grep -q '@' "$LAB/good.plist" && fail "a place in the LaunchAgent was not filled"
known='Label ProgramArguments RunAtLoad KeepAlive SuccessfulExit ThrottleInterval ProcessType Umask'
while read -r key; do
    [[ " $known " == *" $key "* ]] || fail "launchd knows no key '$key'"
done < <(sed -n 's|.*<key>\(.*\)</key>.*|\1|p' "$LAB/good.plist")

# The check itself: a wrong element and a key without a value are found.
sed 's|<true/>|<True/>|' "$LAB/good.plist" >"$LAB/bad.plist"
valid "$LAB/bad.plist" && fail "a wrong element passes"
sed '/<integer>5/d' "$LAB/good.plist" >"$LAB/bad.plist"
valid "$LAB/bad.plist" && fail "a key without a value passes"
say "launchd: passed"
