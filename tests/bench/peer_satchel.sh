# Sourced by run.sh: Satchel among its peers: two devices and a hub.

satchel_needs=

satchel_start() {
    HUB_PORT=0
    mkdir -p "$LAB/home"
    cp -a "$from" "$LAB/home/a"
    from=$LAB/home/a to=$LAB/Users/b
    two_devices
    own_trees laptop desktop
    watched=("$HUB_PID" "${DEVICE_PID[laptop]}" "${DEVICE_PID[desktop]}")
}

satchel_push() { charged push laptop; }
satchel_pull() { charged pull desktop; }
satchel_look() { charged push laptop && charged pull laptop; }
