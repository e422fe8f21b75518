#!/usr/bin/env bash
# A hub behind nginx and behind caddy, with the configurations of docs/samples: devices join, carry large
# files, are woken by news, and the limits count for who asks, not for the proxy.
. "$(dirname "${BASH_SOURCE[0]}")/start.sh"
command -v openssl >/dev/null || { say "skipped: there is no openssl program"; exit 77; }
PATH=$PATH:/usr/sbin:/sbin
proxies=()
for proxy in nginx caddy; do command -v "$proxy" >/dev/null && proxies+=("$proxy"); done
[ ${#proxies[@]} -gt 0 ] || { say "skipped: neither nginx nor caddy is installed"; exit 77; }
lab_begin
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 -subj /CN=localhost \
    -addext "subjectAltName=DNS:localhost" -keyout "$LAB/key.pem" -out "$LAB/cert.pem" 2>/dev/null || fail "openssl"

# A port that was free a moment ago: one that the system gave to a hub.
free_port() {
    local port
    HUB_PORT=0
    hub_start
    port=$HUB_PORT
    hub_stop
    HUB_PORT=0
    PORT=$port
}
answers() { timeout 5 openssl s_client -servername localhost -connect "localhost:$PORT" </dev/null 2>/dev/null | grep -q 'CN = localhost'; }

start_nginx() {
    mkdir -p "$LAB/nginx"
    {
        echo "daemon off; master_process off; pid $LAB/nginx/pid; error_log $LAB/nginx/error.log;"
        echo "events {} http { access_log off;"
        for kind in client_body proxy fastcgi uwsgi scgi; do echo "${kind}_temp_path $LAB/nginx/$kind;"; done
        sed -e "s/127\.0\.0\.1:9100/127.0.0.1:$HUB_PORT/; s/listen 443/listen 127.0.0.1:$PORT/; s/hub\.example\.org;/localhost;/" \
            -e "s|/etc/ssl/hub.*pem|$LAB/cert.pem|; s|/etc/ssl/private.*key|$LAB/key.pem|" "$root/docs/samples/nginx.conf"
        echo "}"
    } >"$LAB/nginx/nginx.conf"
    grep -q example "$LAB/nginx/nginx.conf" && sed -n '/example/p' "$LAB/nginx/nginx.conf" | grep -qv '^#' && fail "a name was not replaced"
    # Older ones lack a module that only the package's own file names.
    nginx -e "$LAB/nginx/error.log" -c "$LAB/nginx/nginx.conf" >"$LAB/nginx.out" 2>"$LAB/nginx.err" &
    PROXY_PID=$!
}
start_caddy() {
    {
        printf '{\n\tadmin off\n\tauto_https disable_redirects\n\tskip_install_trust\n\tstorage file_system %s/caddy\n}\n' "$LAB"
        sed -e "s/127\.0\.0\.1:9100/127.0.0.1:$HUB_PORT/" \
            -e "s|^hub\.example\.org {|https://localhost:$PORT {\n\tbind 127.0.0.1\n\ttls $LAB/cert.pem $LAB/key.pem|" "$root/docs/samples/Caddyfile"
    } >"$LAB/Caddyfile"
    HOME=$LAB caddy run --config "$LAB/Caddyfile" --adapter caddyfile >"$LAB/caddy.out" 2>"$LAB/caddy.err" &
    PROXY_PID=$!
}

# A device that trusts the test's certificate as if somebody vouched for it.
trusting() {
    exec_within "$1" env SSL_CERT_FILE="$LAB/cert.pem" satcheld run >>"$LAB/$1.out" 2>>"$LAB/$1.err" &
    DEVICE_PID[$1]=$!
    wait_until "${START_LIMIT:-20}" ctl "$1" daemon status -q || fail "the daemon of $1 does not answer"
}
# ask FROM WHERE COUNT FIELD…: status lines of COUNT requests, in one connection from an address of this machine
ask() {
    local from=$1 where=$2 count=$3 n
    shift 3
    { for ((n = 1; n <= count; ++n)); do
        printf 'GET /v1/health HTTP/1.1\r\nHost: localhost\r\n%s\r\n' "${1:+$1$'\r\n'}"
    done; sleep "${LINGER:-2}"; } | timeout 20 openssl s_client -nocommands -servername localhost -bind "$from:0" -connect "$where" 2>/dev/null | grep -a '^HTTP/1.1'
}

try_proxy() {
    local proxy=$1 a="laptop-$1" b="desktop-$1" metrics
    rm -rf "$(hub_data)"
    free_port
    hub_start --url "https://localhost:$PORT" --trusted-proxy 127.0.0.1 --metrics-bind 127.0.0.1:0
    metrics=$(ctl hub hub status --json | field metrics)
    "start_$proxy"
    wait_until 20 answers || fail "$proxy does not answer: $(cat "$LAB/$proxy.err")"
    device "$a" "home/$proxy"
    device "$b" "Users/$proxy"
    trusting "$a"
    trusting "$b"
    found "$a"
    join "$b" "$a"
    [ "$(ctl "$a" status --json | field hub_url)" = "https://localhost:$PORT" ] || fail "the device does not use $proxy"
    for name in "$a" "$b"; do
        mkdir -p "${DEVICE_HOME[$name]}/notes"
        ctl "$name" source add "${DEVICE_HOME[$name]}/notes" --kind files -q || fail "source add on $name"
    done

    # Large ones: segments of 8 MiB up, replies of more down.
    for n in 1 2; do noise 7000000 200 >"${DEVICE_HOME[$a]}/notes/large-$n.txt"; done
    arrived() { cmp -s "${DEVICE_HOME[$a]}/notes/$1" "${DEVICE_HOME[$b]}/notes/$1"; }
    wait_until 60 arrived large-2.txt && wait_until 60 arrived large-1.txt || fail "$proxy: large files do not arrive"

    # Nobody asks: the other device is told through a request that waits at the hub.
    held() { exec 3<>"/dev/tcp/${metrics%:*}/${metrics##*:}" && printf 'GET /metrics HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n' >&3 && timeout 5 cat <&3 | grep -q '^satchel_hub_held_polls [1-9]'; }
    wait_until 20 held || fail "$proxy: no request waits for news"
    echo news >"${DEVICE_HOME[$a]}/notes/news.txt"
    wait_until 40 arrived news.txt || fail "$proxy: news do not arrive by themselves"

    # Whose limit it is: one address uses up its own.
    ask 127.0.0.9 "localhost:$PORT" 150 'X-Forwarded-For: 203.0.113.5' >"$LAB/asked"
    grep -q ' 200' "$LAB/asked" || fail "$proxy: nothing was answered: $(cat "$LAB/$proxy.err")"
    grep -q ' 429' "$LAB/asked" || fail "$proxy: 150 requests of one address are within the limit"
    LINGER=1 ask 127.0.0.8 "localhost:$PORT" 1 >"$LAB/asked"
    grep -q ' 200' "$LAB/asked" || fail "$proxy: an address pays for another one"
    expect 0 '127\.0\.0\.9 +health.* rate-limited' ctl hub hub audit
    grep -Eq '203\.0\.113|127\.0\.0\.1 +health' "$LAB/said" && fail "$proxy: the hub takes the word of a client: $(cat "$LAB/said")"

    for name in "$a" "$b"; do device_stop "$name"; unset "DEVICE_HOME[$name]"; done
    end_process "$PROXY_PID" TERM
    hub_stop
}

HUB_SCHEME=http
for proxy in "${proxies[@]}"; do try_proxy "$proxy"; done
say "behind ${proxies[*]}: joined, carried large files, woken by news, limited by their own addresses"
