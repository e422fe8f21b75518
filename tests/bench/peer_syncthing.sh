# Sourced by run.sh: three syncthings, A, a hub that cannot read, and B, which wait to be asked.

syncthing_needs='syncthing curl'
declare -A thing_id=()

# thing NAME PATH ARGUMENT…: its REST interface.
thing() {
    local -A port=([a]=28741 [hub]=28742 [b]=28743)
    local name=$1 path=$2
    shift 2
    curl -sf -H 'X-API-Key: bench' "$@" "http://127.0.0.1:${port[$name]}/rest/$path"
}

syncthing_start() {
    local name pids=()
    for name in a hub b; do
        syncthing generate --home="$peer/$name" --no-default-folder --skip-port-probing >/dev/null 2>&1 || return 1
        thing_id[$name]=$(syncthing --home="$peer/$name" --device-id) || return 1
    done
    thing_config a "$from" sendreceive 28741 >"$peer/a/config.xml"
    thing_config hub "$hub" receiveencrypted 28742 >"$peer/hub/config.xml"
    thing_config b "$to" sendreceive 28743 >"$peer/b/config.xml"
    for name in a hub b; do
        syncthing serve --home="$peer/$name" --no-browser --no-upgrade >"$peer/$name.out" 2>&1 &
        pids+=($!)
        wait_until 30 thing "$name" system/ping || return 1
    done
    watched=("${pids[@]}")
    thing_resume hub
}

# thing_config NAME FOLDER TYPE PORT: A and B know the hub only; folders wait for REST.
thing_config() {
    local other password
    printf '<configuration version="36">\n<folder id="tree" path="%s" type="%s" rescanIntervalS="0" fsWatcherEnabled="false">\n<paused>true</paused>\n' "$2" "$3"
    for other in a hub b; do
        [ "$1$other" != ab ] && [ "$1$other" != ba ] || continue
        password=
        [ "$other" != hub ] || [ "$1" = hub ] || password=bench
        printf '<device id="%s"><encryptionPassword>%s</encryptionPassword></device>\n' "${thing_id[$other]}" "$password"
    done
    printf '</folder>\n'
    for other in a hub b; do
        [ "$1$other" != ab ] && [ "$1$other" != ba ] || continue
        printf '<device id="%s" compression="metadata"><address>tcp://127.0.0.1:%s</address></device>\n' "${thing_id[$other]}" "$(thing_port "$other")"
    done
    printf '<gui enabled="true" tls="false"><address>127.0.0.1:%s</address><apikey>bench</apikey></gui>\n' "$4"
    printf '<options><listenAddress>tcp://127.0.0.1:%s</listenAddress>' "$(thing_port "$1")"
    printf '<%s>false</%s>' globalAnnounceEnabled{,} localAnnounceEnabled{,} relaysEnabled{,} natEnabled{,} crashReportingEnabled{,} startBrowser{,}
    printf '<urAccepted>-1</urAccepted><autoUpgradeIntervalH>0</autoUpgradeIntervalH><reconnectionIntervalS>1</reconnectionIntervalS></options>\n</configuration>\n'
}
thing_port() { case $1 in a) echo 28751 ;; hub) echo 28752 ;; b) echo 28753 ;; esac; }

thing_resume() { thing "$1" config/folders/tree -X PATCH -d '{"paused":false}'; }
thing_scan() { thing a 'db/scan?folder=tree' -X POST; }

# thing_has FROM TO: FROM knows of nothing that TO lacks.
thing_has() {
    local answer
    answer=$(thing "$1" "db/completion?folder=tree&device=${thing_id[$2]}") || return 1
    [ "$(field needItems <<<"$answer")$(field needDeletes <<<"$answer")" = 00 ]
}

# B gets everything as soon as the hub has it, once it was asked for the first time.
syncthing_push() {
    if [ ! -e "$peer/going" ]; then
        thing_resume a || return 1
        touch "$peer/going"
    fi
    wait_until 60 thing_scan && wait_until "$peer_limit" thing_has a hub
}

# They go on telling each other what they have for a while.
syncthing_rest() { wait_until 60 thing_silent; }
thing_silent() {
    local before
    before=$(wire_bytes)
    sleep 3
    [ $(($(wire_bytes) - before)) -lt 20000 ]
}

syncthing_pull() {
    if [ ! -e "$peer/given" ]; then
        thing_resume b || return 1
        touch "$peer/given"
    fi
    wait_until "$peer_limit" thing_came
}

# B has what A has.
thing_came() {
    local sent came
    sent=$(thing a 'db/status?folder=tree') && came=$(thing b 'db/status?folder=tree') || return 1
    [ "$(field localBytes <<<"$came") $(field localFiles <<<"$came") $(field needTotalItems <<<"$came")" = \
        "$(field localBytes <<<"$sent") $(field localFiles <<<"$sent") 0" ]
}
