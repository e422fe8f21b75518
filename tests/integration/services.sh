#!/usr/bin/env bash
# The packages and the services in a machine with a real systemd: installed, started by the first call,
# watched, killed, hung, reloaded, back after a power cut, removed, with everybody's data left. Then the
# same service without a package. Needs root.
. "$(dirname "${BASH_SOURCE[0]}")/start.sh"
. "$(dirname "${BASH_SOURCE[0]}")/../support/machine.sh"
machine_possible
command -v dpkg-shlibdeps >/dev/null || machine_skip "there is no dpkg-shlibdeps"

say "== packages"
machine_root
machine_begin
packages=$MACHINE_LAB/packages
mkdir "$packages" && chmod 755 "$MACHINE_LAB" "$packages" || exit 1
cpack --config "$SATCHEL_BIN/../CPackConfig.cmake" -B "$packages/made" >"$packages/cpack.log" 2>&1 ||
    fail "cpack: $(tail -n 5 "$packages/cpack.log")"
mv "$packages"/made/*.deb "$packages" && rm -rf "$packages/made"
if command -v lintian >/dev/null; then
    lintian --allow-root --fail-on error,warning "$packages"/*.deb || fail "lintian objects"
fi
machine_download "$packages"/*.deb
boot() { machine_start one --bind-ro="$packages:/packages" || fail "the machine does not boot"; }
boot

one() { machine_run one "$@"; }
alice() { machine_as one alice "$@"; }
unit() { alice systemctl --user show -P "$1" "${2:-satcheld.service}"; }
is() { [ "$(unit "$1")" = "$2" ]; }
runs() { one sh -c 'grep -lsx satcheld /proc/[1-9]*/comm'; }
is_new_process() {
    local now
    now=$(unit MainPID) && [ "$now" -gt 0 ] && [ "$now" != "$pid" ] && is ActiveState active
}
# drop_in LINE…: settings of the test's own for alice's service
drop_in() {
    alice mkdir -p .config/systemd/user/satcheld.service.d
    printf '%s\n' '[Service]' "$@" |
        machine_input one alice tee .config/systemd/user/satcheld.service.d/test.conf >/dev/null
    alice systemctl --user daemon-reload
}

say "== install: nothing runs, the first call starts it"
machine_user one alice linger || fail "no user alice"
machine_user one bob linger || fail "no user bob"
one sh -c 'apt-get install -y -q /packages/*.deb' >"$packages/apt.log" 2>&1 ||
    fail "apt install: $(tail -n 5 "$packages/apt.log")"
runs && fail "something runs that nobody started"
alice systemctl --user daemon-reload
alice systemctl --user start sockets.target
is ActiveState inactive || fail "the daemon runs before anybody called"
alice satchelctl daemon status -q && fail "daemon status -q says that it runs"
is ActiveState inactive || fail "daemon status woke the daemon"
alice satchelctl status >/dev/null
[ $? = 4 ] || fail "the first call does not tell that there is no workspace"
is ActiveState active || fail "the first call did not start the service"
[ "$(unit Type)$(unit NotifyAccess)" = notifymain ] || fail "the service is not one that notifies"
[ "$(unit StatusText)" = 'waits for satchelctl sync setup' ] || fail "status text: $(unit StatusText)"
one bash -c '. /usr/share/bash-completion/completions/satchelctl && complete -p satchelctl' >/dev/null ||
    fail "no completion for bash"
alice systemd-analyze --user --man=no verify satcheld.service satcheld.socket 2>"$packages/verify" ||
    fail "systemd-analyze verify: $(cat "$packages/verify")"

say "== a service for every login, and a hub"
one systemctl enable --quiet --now satcheld-hub || fail "the hub does not start"
one systemd-analyze security --no-pager --threshold=20 satcheld-hub >/dev/null || fail "the hub's exposure is over 2.0"
hub() { one su -s /bin/sh satchel-hub -c "cd && satchelctl $*"; }
hub hub status >/dev/null || fail "hub status"
hub sync register --name laptop 2>/dev/null | machine_input one alice satchelctl sync setup --name laptop --join-file - >/dev/null ||
    fail "alice cannot join"
alice mkdir notes && alice cp /etc/os-release notes/one.txt
alice satchelctl source add notes -q && alice satchelctl sync push -q || fail "alice cannot push"
alice satchelctl daemon install >/dev/null 2>"$packages/talk" || fail "daemon install: $(cat "$packages/talk")"
is UnitFileState enabled || fail "the service is not enabled"
is FragmentPath /usr/lib/systemd/user/satcheld.service || is FragmentPath /lib/systemd/user/satcheld.service ||
    fail "not the package's unit: $(unit FragmentPath)"
alice satchelctl daemon status | grep >/dev/null '^service     active by systemd, starts at login' || fail "daemon status: $(alice satchelctl daemon status)"
alice satchelctl daemon status | grep >/dev/null '^linger      yes' || fail "daemon status does not tell of lingering"

say "== another user is refused"
one runuser -u bob -- perl -MIO::Socket::UNIX -e \
    'exit(IO::Socket::UNIX->new(Peer => "/run/user/".getpwnam("alice")."/satchel/control.sock") ? 0 : 1)' &&
    fail "bob reaches alice's daemon"

say "== reload, kill, hang"
pid=$(unit MainPID)
alice systemctl --user reload satcheld || fail "reload"
wait_until 20 is ActiveState active && [ "$(unit MainPID)" = "$pid" ] || fail "reload changed the process"
one journalctl --no-pager -q _PID="$pid" | grep >/dev/null 'settings were read again' || fail "reload read nothing"
one systemctl reload satcheld-hub || fail "reload of the hub"
one mkdir -p /etc/systemd/system/satcheld-hub.service.d
printf '%s\n' '[Service]' RestartSec=1 WatchdogSec=2 |
    machine_enter one tee /etc/systemd/system/satcheld-hub.service.d/test.conf >/dev/null
one systemctl daemon-reload && one systemctl restart satcheld-hub || fail "the hub does not start again"
drop_in RestartSec=1 WatchdogSec=2
alice systemctl --user restart satcheld
pid=$(unit MainPID) && [ "$pid" -gt 0 ] || fail "the service has no process"
one sh -c "kill -KILL $pid"
wait_until 30 is_new_process || fail "nobody started it again after kill -9"
pid=$(unit MainPID)
one sh -c "kill -STOP $pid"
wait_until 60 is_new_process || fail "nobody noticed that it hangs"
one journalctl --no-pager -q | grep >/dev/null 'satcheld.service: Watchdog timeout' || fail "it was not the watchdog"
pid=$(unit MainPID)
hub_pid=$(one systemctl show -P MainPID satcheld-hub)
one sh -c "kill -KILL $hub_pid"
hub_is_new() {
    local now
    now=$(one systemctl show -P MainPID satcheld-hub) && [ "$now" -gt 0 ] && [ "$now" != "$hub_pid" ] &&
        hub hub status -q
}
wait_until 30 hub_is_new || fail "the hub is not back after kill -9"

one journalctl --no-pager -q | grep >/dev/null 'satcheld-hub.service: Watchdog timeout' &&
    fail "the hub does not tell systemd that it turns"
one rm -r /etc/systemd/system/satcheld-hub.service.d && one systemctl daemon-reload

say "== a start counts only when the daemon says so"
drop_in TimeoutStartSec=1 UnsetEnvironment=NOTIFY_SOCKET Restart=no
alice systemctl --user restart satcheld 2>/dev/null && fail "a daemon that never was ready counts as started"
is Result timeout || fail "the start failed for another reason: $(unit Result)"
said=$(alice satchelctl daemon status 2>&1)
grep 'its service failed (timeout)' <<<"$said" >/dev/null || fail "daemon status does not tell why"
alice rm -r .config/systemd/user/satcheld.service.d
alice systemctl --user daemon-reload

say "== stop and start"
alice satchelctl daemon start >/dev/null || fail "daemon start"
is ActiveState active || fail "daemon start went around systemd"
alice satchelctl daemon stop >/dev/null && is ActiveState inactive || fail "daemon stop"
alice test -e /run/user/1000/satchel/control.sock && fail "the socket stays behind"
alice satchelctl sync push -q && is ActiveState active || fail "a call after stop does not start the service"

say "== a power cut"
key=$(alice sha256sum .local/share/satchel/device.key)
machine_crash one
boot
wait_until 60 is ActiveState active || fail "alice's service is not back"
wait_until 30 hub hub status -q || fail "the hub is not back"
alice satchelctl sync push -q || fail "alice's daemon does not work after the power cut"

say "== remove and purge keep everybody's data"
alice satchelctl daemon uninstall >/dev/null 2>&1 || fail "daemon uninstall"
is ActiveState inactive && is UnitFileState disabled || fail "uninstall left the service: $(unit ActiveState) $(unit UnitFileState)"
alice satchelctl daemon start >/dev/null && is ActiveState active || fail "daemon start after uninstall"
one apt-get purge -y -q satchel satchel-hub >"$packages/apt.log" 2>&1 || fail "purge: $(tail -n 5 "$packages/apt.log")"
runs && fail "a daemon runs on after the purge"
[ -z "$(one find /etc/systemd /usr/lib/systemd /usr/bin -name '*satch*')" ] || fail "the purge left: $(one find /etc /usr -name '*satch*')"
[ "$(alice sha256sum .local/share/satchel/device.key)" = "$key" ] || fail "alice's key is gone"
one find /var/lib/satchel-hub -name hub.db | grep >/dev/null . || fail "the hub's data is gone"

say "== without a package"
tar -C "$SATCHEL_BIN" -c satcheld satchelctl | machine_input one bob sh -c 'mkdir -p .local/bin && tar -C .local/bin -x' ||
    fail "copy the programs"
bob() { machine_as one bob env PATH=/home/bob/.local/bin:/usr/bin:/bin "$@"; }
bob satchelctl daemon start >/dev/null || fail "bob's daemon does not start"
bob satchelctl daemon install >/dev/null 2>&1 || fail "daemon install without a package"
bob systemctl --user show -P FragmentPath satcheld.service | grep >/dev/null '^/home/bob/.config/systemd/user/' || fail "bob has no unit of his own"
bob satchelctl daemon status | grep >/dev/null '^service     active by systemd' || fail "bob's service does not run"
bob satchelctl daemon uninstall >/dev/null 2>&1 || fail "daemon uninstall without a package"
bob sh -c 'ls .config/systemd/user/satcheld.* 2>/dev/null' && fail "uninstall left units behind"
bob test -e .local/share/satchel/store.db || fail "uninstall took bob's store"
say "services: passed"
