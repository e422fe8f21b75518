# Sourced by run.sh: restic with a repository that rclone serves. It encrypts, compresses and
# deduplicates; a restore brings everything again.

restic_needs='restic rclone'

restic_start() {
    export RESTIC_PASSWORD=bench RESTIC_REPOSITORY=rest:http://127.0.0.1:28733/ RESTIC_CACHE_DIR=$peer/cache
    RCLONE_CONFIG=$peer/rclone.conf rclone serve restic "$hub" --addr 127.0.0.1:28733 >"$peer/served.out" 2>&1 &
    watched=($!)
    wait_until 10 restic init --repository-version 2
}

restic_push() { (cd "$from" && measured restic backup -q .); }
restic_pull() { measured restic restore -q latest --target "$to"; }
