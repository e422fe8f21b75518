# Sourced by run.sh: unison with a server on a socket. It does not encrypt.

unison_needs=unison

unison_start() {
    UNISON=$peer/served unison -socket 28732 -listen 127.0.0.1 -ui text >"$peer/served.out" 2>&1 &
    watched=($!)
    wait_until 10 grep -qi started "$peer/served.out" || sleep 1
}

unison_run() {
    UNISON=$peer/asking measured unison "$1" "socket://127.0.0.1:28732/$hub" -ui text -batch -auto \
        -fastcheck true -times -prefer newer -confirmbigdel=false
}
unison_push() { unison_run "$from"; }
unison_pull() { unison_run "$to"; }
