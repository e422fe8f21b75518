#!/usr/bin/env bash
# A person's first day, typed as README and docs say it: from `apt install ./satchel_*.deb` to two machines in sync,
# with a hub behind nginx and TLS between them; then ten things are broken, and each is found by `status` and `doctor`
# alone and mended by what they say. Whole machines with systemd (tests/support/machine.sh), joined by real links.
#
# transcripts/first_day.txt is what was typed and what came back on one such day; SATCHEL_UPDATE_TRANSCRIPTS=1 writes
# it again. A run is compared with it by what was typed: times, ids and sizes are never the same twice.
set -uo pipefail
exec </dev/null
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
: "${SATCHEL_BIN:=$root/build/release/bin}"
. "$root/tests/support/machine.sh"
say() { printf '%s\n' "$*"; }
fail() { printf 'FAILED: %s\n' "$*" >&2; tail -n 60 "$TRANSCRIPT" >&2; exit 1; }

machine_possible
for program in ip openssl cpack; do command -v "$program" >/dev/null || machine_skip "there is no $program"; done
ip netns add "day-probe-$$" 2>/dev/null || machine_skip "no network namespaces can be made here"
ip netns del "day-probe-$$"
machine_root
machine_begin
TRANSCRIPT=$MACHINE_LAB/transcript

# ---- the machines and the wires between them -----------------------------------------------------
net=day$$
day_end() {
    local status=$? name
    for name in hub laptop desktop; do ip netns del "$net-$name" 2>/dev/null; done
    (exit "$status")
    machine_end
}
trap day_end EXIT
for name in hub laptop desktop; do ip netns add "$net-$name" || fail "netns"; done
ip -n "$net-hub" link add br0 type bridge && ip -n "$net-hub" addr add 10.88.0.1/24 dev br0 && ip -n "$net-hub" link set br0 up
number=1
for name in laptop desktop; do
    number=$((number + 1))
    ip -n "$net-hub" link add "to-$name" type veth peer name wire netns "$net-$name" &&
        ip -n "$net-hub" link set "to-$name" master br0 up &&
        ip -n "$net-$name" addr add "10.88.0.$number/24" dev wire && ip -n "$net-$name" link set wire up || fail "the wire of $name"
done
for name in hub laptop desktop; do ip -n "$net-$name" link set lo up; done

say "packages"
packages=$MACHINE_LAB/packages
cpack --config "$SATCHEL_BIN/../CPackConfig.cmake" -B "$packages" >"$MACHINE_LAB/cpack.log" 2>&1 || fail "cpack: $(tail -n 5 "$MACHINE_LAB/cpack.log")"
# Who vouches for hub.example.org: an authority that both machines were told to trust, as a firm's are.
certificates=$MACHINE_LAB/certificates
mkdir -p "$certificates"
certificate() { # AUTHORITY FILE
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj "/CN=$1" \
        -keyout "$certificates/$1.key" -out "$certificates/$1.pem" 2>/dev/null &&
        openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=hub.example.org \
            -keyout "$certificates/$2.key" -out "$certificates/$2.csr" 2>/dev/null &&
        openssl x509 -req -in "$certificates/$2.csr" -CA "$certificates/$1.pem" -CAkey "$certificates/$1.key" -CAcreateserial \
            -days 30 -extfile <(echo subjectAltName=DNS:hub.example.org) -out "$certificates/$2.pem" 2>/dev/null
}
certificate firm good && certificate stranger bad || fail "certificates"
machine_download "$packages"/*.deb
for name in hub laptop desktop; do
    say "machine $name"
    machine_start "$name" --network-namespace-path="/run/netns/$net-$name" || fail "$name does not boot"
    place=$MACHINE_LAB/$name/root
    echo "10.88.0.1 hub.example.org" >>"$place/etc/hosts"
    cp "$packages"/*.deb "$place/root/"
    cp "$certificates/firm.pem" "$place/usr/local/share/ca-certificates/firm.crt"
    machine_run "$name" update-ca-certificates >/dev/null 2>&1
done
cp "$certificates"/{good,bad}.{pem,key} "$MACHINE_LAB/hub/root/root/" || fail "the hub's certificates"

# ---- typing ----------------------------------------------------------------------------------------
status=0
# typed MACHINE USER LINE: what a person types there; the answer is in $answer, the status in $status
typed() {
    local prompt='$'
    [ "$2" != root ] || prompt='#'
    if [ "$2" = root ]; then answer=$(machine_run "$1" bash -c "$3" 2>&1); else answer=$(machine_as "$1" "$2" bash -c "$3" 2>&1); fi
    status=$?
    kept "$1$prompt $3"
}
kept() { # LINE, with the answer and the status
    printf '%s\n%s\n' "$1" "$answer" >>"$TRANSCRIPT"
    [ "$status" = 0 ] || printf '[exit status %s]\n' "$status" >>"$TRANSCRIPT"
}
ok() { typed "$@"; [ "$status" = 0 ] || fail "$1: $3: status $status: $answer"; }
# online MACHINE LINE: as root, with this machine's network, which is what a mirror of packages is reached by
online() {
    printf '%s# %s\n' "$1" "$2" >>"$TRANSCRIPT"
    nsenter --mount --pid --uts --ipc --target "${MACHINE_LEADER[$1]}" env -i -C /root HOME=/root LC_ALL=C.UTF-8 \
        DEBIAN_FRONTEND=noninteractive PATH=/usr/sbin:/usr/bin:/sbin:/bin bash -c "$2" >"$MACHINE_LAB/online" 2>&1 </dev/null ||
        machine_skip "$1: $2: $(tail -n 1 "$MACHINE_LAB/online")"
    tail -n 1 "$MACHINE_LAB/online" >>"$TRANSCRIPT"
}
# until_said MACHINE USER LINE STATUSES PATTERN: asks until the answer has it, as a person looks again; only the last is kept
until_said() {
    local limit=$((SECONDS + 60))
    while :; do
        answer=$(machine_as "$1" "$2" bash -c "$3" 2>&1)
        status=$?
        if [[ "|$4|" == *"|$status|"* ]] && grep -Eqi -- "$5" <<<"$answer"; then break; fi
        [ "$SECONDS" -lt "$limit" ] || { kept "$1\$ $3"; fail "$1: $3: never ends with $4 and says '$5'"; }
        sleep 0.5
    done
    kept "$1\$ $3"
}
note() { printf '\n# %s\n' "$*" >>"$TRANSCRIPT"; say "$*"; }

# ---- the day ---------------------------------------------------------------------------------------
# come MACHINE USER: a person whose session is there until the evening
come() {
    machine_user "$1" "$2" linger || fail "no user $2"
    local limit=$((SECONDS + 30))
    until machine_as "$1" "$2" systemctl --user is-system-running 2>/dev/null | grep -qE 'running|degraded'; do
        [ "$SECONDS" -lt "$limit" ] || fail "no session of $2"
        sleep 0.2
    done
}
note "The hub: docs/install.md and docs/hub.md"
online hub 'apt-get update -q'
online hub 'apt-get install -y -q nginx-light'
ok hub root 'apt-get install -y -q ./satchel_*.deb ./satchel-hub_*.deb 2>&1 | tail -n 1'
cp "$root/docs/samples/nginx.conf" "$MACHINE_LAB/hub/root/etc/nginx/sites-enabled/satchel" || fail "the sample of docs/hub.md"
ok hub root 'mkdir -p /etc/ssl/private; cp good.pem /etc/ssl/hub.example.org.pem; cp good.key /etc/ssl/private/hub.example.org.key'
ok hub root "echo 'SATCHEL_HUB_OPTIONS=--url https://hub.example.org --trusted-proxy 127.0.0.1' >/etc/default/satcheld-hub"
ok hub root 'systemctl enable --now satcheld-hub nginx && systemctl restart nginx'
ok hub root 'systemctl is-active satcheld-hub nginx'
ok hub root 'cd / && runuser -u satchel-hub -- satchelctl hub status'

note "The first machine"
ok laptop root 'apt-get install -y -q ./satchel_*.deb 2>&1 | tail -n 1'
come laptop ada
# What she has: a session, a memory, a small database.
machine_as laptop ada bash -c '
    mkdir -p -m 700 ~/.claude/projects/-home-ada-work ~/.claude/agents ~/work && cd ~/work
    printf "{\"sessionId\":\"s\",\"cwd\":\"/home/ada/work\",\"uuid\":\"%d\"}\n" {1..200} >~/.claude/projects/-home-ada-work/s.jsonl
    for i in {1..60}; do echo "note $i" >~/.claude/agents/$i.md; done' || fail "the first machine's files"
join=$(machine_run hub runuser -u satchel-hub -- satchelctl sync register --name laptop 2>/dev/null) || fail "register laptop"
printf 'hub# runuser -u satchel-hub -- satchelctl sync register --name laptop\n(a join string)\n' >>"$TRANSCRIPT"
machine_input laptop ada bash -c 'umask 077; cat >join' <<<"$join"
ok laptop ada 'satchelctl sync setup --join-file join && rm join'
ok laptop ada 'satchelctl daemon install'
ok laptop ada 'satchelctl source add claude --yes'

note "The second machine"
ok desktop root 'apt-get install -y -q ./satchel_*.deb 2>&1 | tail -n 1'
come desktop lovelace
join=$(machine_as laptop ada satchelctl sync register --name desktop 2>/dev/null) || fail "register desktop"
printf 'laptop$ satchelctl sync register --name desktop\n(a join string)\n' >>"$TRANSCRIPT"
machine_input desktop lovelace bash -c 'umask 077; cat >join' <<<"$join"
machine_as desktop lovelace mkdir -p -m 700 .claude
ok desktop lovelace 'satchelctl sync setup --join-file join && rm join'
ok desktop lovelace 'satchelctl daemon install'
ok desktop lovelace 'satchelctl source add claude --yes'
until_said desktop lovelace 'ls .claude/agents | wc -l' 0 '^60$'
until_said desktop lovelace 'satchelctl status' 0 'source|claude'
until_said desktop lovelace 'satchelctl verify' 0 equal
until_said laptop ada 'satchelctl doctor' 0 .

# broken WORDS CAUSE CURE: both say what is wrong, and one of them what to do about it
broken() {
    until_said laptop ada 'satchelctl status' '1|2|3|4|5|6|7|8' "$1"
    typed laptop ada 'satchelctl doctor'
    [ "$status" != 0 ] && grep -Eqi -- "$1" <<<"$answer" || fail "doctor does not name it: '$1': $answer"
    grep -Eqi -- "$2" <<<"$answer" || fail "doctor does not say '$2': $answer"
}
well() { until_said laptop ada 'satchelctl sync pull -q; satchelctl status' 0 .; }

note "1. the hub's service is stopped"
ok hub root 'systemctl stop satcheld-hub'
machine_as laptop ada satchelctl sync pull >/dev/null 2>&1
broken '50[0-9]|behind|hub' 'hub'
ok hub root 'systemctl start satcheld-hub'
well

note "2. nginx is stopped"
ok hub root 'systemctl stop nginx'
machine_as laptop ada satchelctl sync pull >/dev/null 2>&1
broken 'refused' 'hub'
ok hub root 'systemctl start nginx'
well

note "3. the cable is pulled"
ip -n "$net-laptop" link set wire down
machine_as laptop ada satchelctl sync pull >/dev/null 2>&1
broken 'unreachable|network|no route|cannot be reached' 'network|hub'
ip -n "$net-laptop" link set wire up
well

note "4. somebody else's certificate"
ok hub root 'cp bad.pem /etc/ssl/hub.example.org.pem; cp bad.key /etc/ssl/private/hub.example.org.key; systemctl restart nginx'
machine_as laptop ada satchelctl sync pull >/dev/null 2>&1
broken 'certificate' 'certificate'
ok hub root 'cp good.pem /etc/ssl/hub.example.org.pem; cp good.key /etc/ssl/private/hub.example.org.key; systemctl restart nginx'
well

note "5. the daemon hangs"
ok laptop ada 'systemctl --user kill --kill-who=main -s STOP satcheld'
broken 'not answer' 'daemon restart'
ok laptop ada 'satchelctl daemon restart'
well

note "6. a mistake in the settings"
ok laptop ada 'mkdir -p .config/satchel && echo "inteval_seconds = 60" >.config/satchel/config.toml && systemctl --user reload satcheld'
broken 'inteval' 'interval_seconds'
ok laptop ada "sed -i 's/inteval/interval/' .config/satchel/config.toml && systemctl --user reload satcheld"
well

note "7. the folder is gone"
ok laptop ada 'mv .claude elsewhere'
machine_as laptop ada satchelctl sync pull >/dev/null 2>&1
broken 'claude' 'folder|place|root|mount'
ok laptop ada 'mv elsewhere .claude'
well

note "8. most files were deleted by accident"
ok laptop ada 'mkdir kept && mv .claude/agents/*.md kept'
machine_as laptop ada satchelctl sync pull >/dev/null 2>&1
broken 'delete|halted' 'source resume'
ok desktop lovelace 'ls .claude/agents | wc -l'
[ "$answer" = 60 ] || fail "the accident travelled"
ok laptop ada 'mv kept/*.md .claude/agents'
ok laptop ada 'satchelctl source resume claude --yes'
well

note "9. everybody can read the key"
ok laptop ada 'systemctl --user stop satcheld && chmod 644 .local/share/satchel/device.key'
broken 'device.key' 'chmod 600'
ok laptop ada 'chmod 600 .local/share/satchel/device.key && satchelctl daemon restart'
well

note "10. the laptop was reported lost, and is here again"
ok desktop lovelace 'satchelctl device revoke laptop --yes'
machine_as laptop ada satchelctl sync pull >/dev/null 2>&1
broken 'revoked' 'sync setup|register'
join=$(machine_as desktop lovelace satchelctl sync register --name laptop-2 2>/dev/null) || fail "register laptop-2"
printf 'desktop$ satchelctl sync register --name laptop-2\n(a join string)\n' >>"$TRANSCRIPT"
machine_input laptop ada bash -c 'umask 077; cat >join' <<<"$join"
ok laptop ada 'satchelctl sync setup --join-file join --name laptop-2 && rm join'
well

note "At the end of the day"
ok laptop ada 'echo done >.claude/agents/done.md'
until_said desktop lovelace 'cat .claude/agents/done.md' 0 done
until_said desktop lovelace 'satchelctl verify' 0 equal

# ---- the transcript --------------------------------------------------------------------------------
kept=$here/transcripts/first_day.txt
if [ -n "${SATCHEL_UPDATE_TRANSCRIPTS:-}" ]; then cp "$TRANSCRIPT" "$kept"; fi
typing() { grep -E '^(hub|laptop|desktop)[$#] |^# ' "$1"; }
diff <(typing "$kept") <(typing "$TRANSCRIPT") >&2 || fail "what was typed is not what is kept in ${kept##*/}: SATCHEL_UPDATE_TRANSCRIPTS=1 writes it again"
say "from apt install to two machines in sync; ten faults found by status and doctor, and mended"
