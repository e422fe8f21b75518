# Sourced by run.sh: rclone with its crypt remote in a folder. It encrypts; there is no wire, so only
# its time and size compare.

rclone_needs=rclone
rclone_wire=no

rclone_start() {
    export RCLONE_CONFIG=$peer/rclone.conf
    printf '[c]\ntype = crypt\nremote = %s\npassword = %s\n' "$hub" "$(rclone obscure bench)" >"$RCLONE_CONFIG"
    watched=()
}

rclone_push() { measured rclone sync "$from" c: --transfers 8 --checkers 16; }
rclone_pull() { measured rclone sync c: "$to" --transfers 8 --checkers 16; }
