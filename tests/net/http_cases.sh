#!/bin/sh
# Raw requests, good and bad, one by one (http_cases.tsv): lucid-httpd answers each of them as it should, over our stack
# and over the kernel: H1 to H67 as far as they are seen from outside, with all shapes in which requests are smuggled.
# Where Nginx is installed, it is asked the same, and all scores stand there; `tests/net/http_cases.py --verbose` says
# where they differ.
# In company.
set -u
. "$(dirname "$0")/server"

mkdir "$work/root/folder"
echo "the probe" >"$work/root/probe"

# Nginx as people use it: files of its own, and a gateway to something that takes bodies.
start_nginx() {
    cat >"$work/nginx.conf" <<CONF
worker_processes 1; pid $work/nginx.pid; error_log $work/nginx.log; daemon off; user root;
events { worker_connections 256; }
http {
    access_log off; keepalive_requests 10000; client_max_body_size 16m; lingering_timeout 1s; default_type text/plain;
    client_body_temp_path $work/n1; proxy_temp_path $work/n2; fastcgi_temp_path $work/n3;
    uwsgi_temp_path $work/n4; scgi_temp_path $work/n5;
    server { listen 127.0.0.1:8080; root $work/root;
             location /echo { proxy_pass http://127.0.0.1:8081; } }
    server { listen 127.0.0.1:8081; location / { return 200 "taken"; } }
}
CONF
    start nginx -p "$work" -c "$work/nginx.conf" -e "$work/nginx.log"
    eventually 5 listens 8080
}

others=
if command -v nginx >/dev/null && start_nginx; then
    others=nginx=127.0.0.1:8080
else
    echo "skip $name: Nginx is not here to be compared with"
fi
# As a gateway: what the table sends to /echo goes on to a server that answers 200 only to what is beyond doubt.
start python3 "$root/tests/net/strict_origin.py" 8083
eventually 5 listens 8083
start "$httpd" --transport kernel --addr 127.0.0.1 --port 8084 --root "$work/root" \
    --upstream /echo=http://127.0.0.1:8083/echo >"$work/gateway.out"
eventually 5 listens 8084
serve || exit 1
start "$httpd" --transport kernel --addr 127.0.0.1 --port 8082 --root "$work/root" >"$work/kernel.out"
eventually 5 listens 8082
# shellcheck disable=SC2086
passes "each raw request gets the answer that it should" \
    python3 "$root/tests/net/http_cases.py" --ours stack --ours kernel --gateway gateway \
    stack=10.77.0.2 kernel=127.0.0.1:8082 gateway=127.0.0.1:8084 $others
[ $failures -ne 0 ] || sed 's/^/# /' "$work/output"
alive "after all that"
exit $failures
