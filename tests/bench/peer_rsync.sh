# Sourced by run.sh: rsync with its daemon, compressing as Satchel does. It does not encrypt.

rsync_needs=rsync

rsync_start() {
    cat >"$peer/rsyncd.conf" <<EOF
port = 28731
address = 127.0.0.1
use chroot = no
pid file = $peer/rsyncd.pid
log file = $peer/rsyncd.log
[hub]
path = $hub
read only = no
uid = $(id -u)
gid = $(id -g)
EOF
    rsync --daemon --no-detach --config="$peer/rsyncd.conf" &
    watched=($!)
    wait_until 10 rsync rsync://127.0.0.1:28731/hub/
}

rsync_push() { measured rsync -a -z --zc=zstd --zl=3 "$from/" rsync://127.0.0.1:28731/hub/; }
rsync_pull() { measured rsync -a -z --zc=zstd --zl=3 rsync://127.0.0.1:28731/hub/ "$to/"; }
