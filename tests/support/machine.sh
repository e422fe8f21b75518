# Sourced by tests of services: whole machines with a systemd of their own, in containers of
# systemd-nspawn. Needs root, and the packages of "daemon/install-packages.sh --machines".
#
#   machine_possible                 else ends the script as skipped (77), with the reason
#   machine_root                     make the root that all machines share, once: $MACHINES/root
#   machine_begin                    ends all machines and removes what they wrote when the script ends
#   machine_start NAME [OPTION…]     boot a machine, or boot it again; options are systemd-nspawn's,
#                                    e.g. --network-namespace-path=/run/netns/a --bind=DIR:/shared
#   machine_run NAME COMMAND…        run a command there as root; its status is returned
#   machine_as NAME USER COMMAND…    as a user of that machine, in that user's session
#   machine_input NAME USER COMMAND… the same with this script's standard input
#   machine_download PACKAGE…        fetch what these .deb files depend on, once, for all machines
#   machine_user NAME USER           make a user; "linger" as third word: whose services run always
#   machine_crash NAME               take the power away; machine_start boots it again
#   machine_stop NAME                shut it down
#
# What a machine writes goes to a layer of its own above the root, which stays from boot to boot.

MACHINES=${MACHINES:-$(dirname "${BASH_SOURCE[0]}")/../../build/machines}
MACHINE_MIRROR=${MACHINE_MIRROR:-$(apt-get indextargets --format '$(REPO_URI)' \
    'Created-By: Packages' 'Codename: bookworm' 2>/dev/null | head -n 1)}
declare -A MACHINE_PID=() MACHINE_LEADER=()

machine_skip() { printf 'skipped: %s\n' "$*"; exit 77; }

machine_possible() {
    local program
    [ "$(uname -s)" = Linux ] && [ "$(id -u)" -eq 0 ] || machine_skip "containers need root on Linux"
    for program in systemd-nspawn mmdebstrap nsenter; do
        command -v "$program" >/dev/null || machine_skip "there is no $program"
    done
    unshare --mount --pid --fork true 2>/dev/null || machine_skip "no namespaces can be made here"
}

# The packages a bare server of Debian 12 has as well; lists stay, so that apt works without a network.
machine_root() {
    mkdir -p "$MACHINES" && MACHINES=$(cd "$MACHINES" && pwd) || exit 1
    exec 8>"$MACHINES/lock"
    flock 8
    if [ ! -e "$MACHINES/root.made" ]; then
        [ -n "$MACHINE_MIRROR" ] || machine_skip "apt names no mirror of bookworm"
        rm -rf "$MACHINES/root"
        mmdebstrap --quiet --variant=minbase --skip=cleanup/apt/lists \
            --include=systemd,systemd-sysv,dbus,dbus-user-session,libpam-systemd,ca-certificates \
            bookworm "$MACHINES/root" "deb $MACHINE_MIRROR bookworm main" \
            >"$MACHINES/root.log" 2>&1 </dev/null ||
            machine_skip "no root could be made: $(tail -n 1 "$MACHINES/root.log")"
        rm -f "$MACHINES/root/etc/hostname" "$MACHINES/root/etc/machine-id"
        ln -s /dev/null "$MACHINES/root/etc/systemd/system/systemd-firstboot.service"
        touch "$MACHINES/root.made"
    fi
    flock -u 8
    # Not every place that gives namespaces also lets a container be made.
    local said
    said=$(systemd-nspawn --quiet --directory="$MACHINES/root" --volatile=overlay --register=no \
        --keep-unit --private-network --console=pipe true 2>&1 </dev/null) ||
        machine_skip "no container can be made here: $(tail -n 1 <<<"$said")"
}

machine_download() {
    local package
    exec 8>"$MACHINES/lock"
    flock 8
    mkdir -p "$MACHINES/root/var/cache/given"
    for package in "$@"; do cp "$package" "$MACHINES/root/var/cache/given" || return 1; done
    chroot "$MACHINES/root" sh -c 'fetch() { apt-get install -y -q --download-only /var/cache/given/*.deb; }
        fetch || { apt-get update -q && fetch; }' \
        >"$MACHINES/download.log" 2>&1 </dev/null || machine_skip "no packages: $(tail -n 1 "$MACHINES/download.log")"
    rm -r "$MACHINES/root/var/cache/given"
    flock -u 8
}

machine_begin() {
    MACHINE_LAB=$(mktemp -d "$MACHINES/run.XXXXXX") || exit 1
    trap machine_end EXIT
    trap 'exit 130' INT TERM
}

machine_end() {
    local status=$? name
    trap - EXIT
    for name in "${!MACHINE_PID[@]}"; do
        machine_crash "$name"
        umount "$MACHINE_LAB/$name/root" 2>/dev/null
    done
    rm -rf --one-file-system "$MACHINE_LAB"
    exit "$status"
}

machine_start() {
    local name=$1 place="$MACHINE_LAB/$1" limit=$((SECONDS + 60)) network=(--private-network)
    shift
    case " $*" in *' --network'*) network=() ;; esac
    if [ ! -d "$place" ]; then
        mkdir -p "$place/root" "$place/layer" "$place/work"
        mount -t overlay overlay "$place/root" \
            -o "lowerdir=$MACHINES/root,upperdir=$place/layer,workdir=$place/work" 2>/dev/null ||
            cp -a --reflink=auto "$MACHINES/root/." "$place/root/" || return 1
    fi
    systemd-nspawn --quiet --directory="$place/root" --boot --register=no --keep-unit \
        --machine="$name" --console=pipe "${network[@]}" "$@" >>"$place/console.log" 2>&1 </dev/null &
    MACHINE_PID[$name]=$!
    # The first child of systemd-nspawn is the machine's process 1.
    until MACHINE_LEADER[$name]=$(pgrep -P "${MACHINE_PID[$name]}" | head -n 1) &&
        machine_is_up "$name"; do
        if [ "$SECONDS" -ge "$limit" ] || ! kill -0 "${MACHINE_PID[$name]}" 2>/dev/null; then
            kill -KILL "${MACHINE_PID[$name]}" 2>/dev/null
            echo "machine $name does not boot:" >&2
            tail -n 20 "$place/console.log" >&2
            return 1
        fi
        sleep 0.1
    done
}

machine_is_up() {
    # Before it has processes of its own, what is asked here would be this machine's systemd.
    local leader=${MACHINE_LEADER[$1]}
    [ -n "$leader" ] && [ "$(readlink "/proc/$leader/ns/pid")" != "$(readlink /proc/self/ns/pid)" ] || return 1
    case $(machine_run "$1" systemctl is-system-running 2>/dev/null) in
        running | degraded) ;;
        *) return 1 ;;
    esac
}

machine_run() { machine_enter "$@" </dev/null; }

machine_enter() {
    local name=$1
    shift
    nsenter --all --target "${MACHINE_LEADER[$name]}" env -i -C /root HOME=/root LC_ALL=C.UTF-8 \
        DEBIAN_FRONTEND=noninteractive PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
        "$@"
}

machine_user() {
    machine_run "$1" useradd --create-home --shell /bin/bash "$2" || return 1
    [ "${3:-}" != linger ] || machine_run "$1" loginctl enable-linger "$2"
}

machine_as() { machine_input "$@" </dev/null; }

machine_input() {
    local name=$1 user=$2 uid
    shift 2
    uid=$(machine_run "$name" id -u "$user") || return 1
    machine_enter "$name" runuser -u "$user" -- env -C "/home/$user" HOME="/home/$user" USER="$user" \
        XDG_RUNTIME_DIR="/run/user/$uid" DBUS_SESSION_BUS_ADDRESS="unix:path=/run/user/$uid/bus" "$@"
}

machine_crash() {
    # All processes of a machine end with its process 1.
    [ -z "${MACHINE_LEADER[$1]:-}" ] || kill -KILL "${MACHINE_LEADER[$1]}" 2>/dev/null
    wait "${MACHINE_PID[$1]}" 2>/dev/null
    MACHINE_LEADER[$1]=''
}

machine_stop() {
    machine_run "$1" systemctl poweroff --no-block
    wait "${MACHINE_PID[$1]}" 2>/dev/null
    MACHINE_LEADER[$1]=''
}
