#!/usr/bin/env bash
# Installs what building and testing Satchel needs on Debian 12, if any of it is missing. The one
# list: daemon/quickstart.sh and tests/run.sh both call this. Needs root or sudo only when something
# is missing. "install-packages.sh --tests" adds what only the tests and benchmarks use, "--machines" what
# the tests need that boot whole machines, and "--packages" what cpack needs.
set -euo pipefail

# Only the 1.81 packages of Boost: the default ones of Debian 12 would remove them.
build_packages=(
    g++ cmake ninja-build pkg-config ccache mold
    libboost1.81-dev libboost-json1.81-dev libboost-url1.81-dev
    libsqlite3-dev libsqlitecpp-dev libcrypto++-dev libssl-dev
    libspdlog-dev libfmt-dev libzstd-dev libxxhash-dev libtomlplusplus-dev libcli11-dev libre2-dev
    libzip-dev libqrencode-dev
    doctest-dev sqlite3
)
test_packages=(clang libclang-rt-14-dev openssl)
cpack_packages=(dpkg-dev file)
machine_packages=(systemd-container mmdebstrap lintian libxml2-utils)
# Proxies for one test, which skips itself without them: where an init system runs, installing them
# would begin to serve on this machine's ports.
if [ ! -d /run/systemd/system ]; then
    test_packages+=(nginx-light caddy)
fi

wanted=("${build_packages[@]}")
for option in "$@"; do
    case "$option" in
        --tests) wanted+=("${test_packages[@]}") ;;
        --packages) wanted+=("${cpack_packages[@]}") ;;
        --machines) wanted+=("${cpack_packages[@]}" "${machine_packages[@]}") ;;
        *) echo "usage: daemon/install-packages.sh [--tests] [--packages] [--machines]" >&2; exit 4 ;;
    esac
done

missing=()
for package in "${wanted[@]}"; do
    if ! dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q '^install ok installed$'; then
        missing+=("$package")
    fi
done
if [ "${#missing[@]}" -eq 0 ]; then
    exit 0
fi

as_root=()
if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null; then
        echo "install-packages: missing: ${missing[*]}" >&2
        echo "hint: run this as root, or install sudo" >&2
        exit 1
    fi
    as_root=(sudo)
fi
echo "installing ${#missing[@]} packages: ${missing[*]}" >&2
export DEBIAN_FRONTEND=noninteractive
"${as_root[@]}" apt-get update -q >&2 </dev/null
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -q --no-install-recommends "${missing[@]}" >&2 </dev/null
