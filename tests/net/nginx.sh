#!/bin/sh
# lucid-httpd behind a real Nginx: as origin server by proxy_pass, with a connection for each request and with
# connections that stay; and as application server by uwsgi_pass. http.md sections 4 and 6. On both transports.
# In company.
set -u
. "$(dirname "$0")/server"

command -v nginx >/dev/null || {
    echo "skip $name: there is no nginx; scripts/setup check installs it"
    exit 0
}
octets 20000000 >big
big=$(hash_of <big)
cp big root/big

# configure SERVER-ADDRESS PORT
configure() {
    mkdir -p temp
    cat >nginx.conf <<END
master_process off;
daemon off;
pid $work/nginx.pid;
error_log $work/nginx.err;
events { worker_connections 256; }
http {
    access_log off;
    client_max_body_size 100m;
    client_body_temp_path $work/temp;
    proxy_temp_path $work/temp;
    uwsgi_temp_path $work/temp;
    fastcgi_temp_path $work/temp;
    scgi_temp_path $work/temp;
    upstream kept { server $1:$2; keepalive 16; }
    server {
        listen 127.0.0.1:9000;
        location / { proxy_pass http://$1:$2; }
    }
    server {
        listen 127.0.0.1:9001;
        location / {
            proxy_pass http://kept;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_set_header Host \$host;
        }
    }
    server {
        listen 127.0.0.1:9002;
        location / {
            include /etc/nginx/uwsgi_params;
            uwsgi_pass $1:3032;
        }
    }
}
END
}

begin() {
    configure "$1" "$2"
    start nginx -c "$work/nginx.conf" -e "$work/nginx.err"
    nginx=$started
    eventually 10 listens 9002 || not_ok "Nginx does not start"
}

end() {
    kill "$nginx"
    wait "$nginx"
}

# asked WHAT STATUS URL [CURL-OPTION...]
asked() {
    what=$1 expected=$2
    shift 2
    same "$what" "$expected" "$(get -D head -o body -w '%{http_code}' "$@" 2>curl)"
}

# through WHAT PORT: what goes through Nginx must come out of it as it would come without.
through() {
    url=http://127.0.0.1:$2
    same "$1: a file" "$big" "$(get "$url/big" | hash_of)"
    same "$1: 20 MB up and back" "$big" "$(get "$url/" --data-binary @big | hash_of)"
    asked "$1: POST" 200 "$url/" -d hello
    same "$1: its body" hello "$(cat body)"
    asked "$1: POST in chunks" 200 "$url/" -d hello -H 'Transfer-Encoding: chunked'
    same "$1: its body" hello "$(cat body)"
    asked "$1: Expect" 200 "$url/" -d hello -H 'Expect: 100-continue'
    asked "$1: a body of unknown length" 200 "$url/stream/3"
    same "$1: all of it" 3 "$(grep -c '"of":3' body)"
    asked "$1: HEAD" 200 -I "$url/big"
    has "$1: its length" head '^Content-Length: 20000000'
    asked "$1: a part" 206 "$url/big" -r 5-9
    same "$1: five octets" 5 "$(wc -c <body)"
    tag=$(get -I "$url/big" | sed -n 's/^ETag: \(.*\)\r$/\1/p')
    asked "$1: not modified" 304 "$url/big" -H "If-None-Match: $tag"
    asked "$1: 404" 404 "$url/none"
    asked "$1: 204" 204 "$url/status/204"
    asked "$1: a redirection" 307 "$url/redirect/307"
    asked "$1: cookies" 200 "$url/cookie" -b 'a=1; b=2'
    same "$1: two of them" 2 "$(wc -l <body)"
    asked "$1: what it is asked" 200 "$url/headers" -H 'X-A: 1' -H 'Accept: text/plain' -H 'Connection: X-B' -H 'X-B: 2'
    has "$1: a field" body '^X-A: 1'
}

# everything SERVER-ADDRESS PORT
everything() {
    begin "$1" "$2"
    through "$transport, proxy_pass" 9000
    through "$transport, keepalive" 9001
    through "$transport, uwsgi_pass" 9002
    end
    same "$transport: Nginx has nothing to complain about" "" \
        "$(grep -vE '\[notice\]|buffered to a temporary file' "$work/nginx.err")"
}

transport=stack
serve --uwsgi-port 3032 --max-body 30000000 || exit 1
everything 10.77.0.2 80
alive "$transport"
# Each request has its connection from Nginx, or they share one: the port says which.
from() {
    get "http://127.0.0.1:$1/headers" "http://127.0.0.1:$1/headers" "http://127.0.0.1:$1/headers" >/dev/null
}
ports() {
    sed 's/.*"port":\([0-9]*\).*/\1/' access | sort -u | wc -l
}
stop
serve --uwsgi-port 3032 --access-log access --access-json || exit 1
begin 10.77.0.2 80
: >access
from 9000
same "without keepalive: a connection for each request" 3 "$(ports)"
: >access
from 9001
same "with keepalive: one for three requests" 1 "$(ports)"
: >access
get http://127.0.0.1:9002/headers >/dev/null
has "by uwsgi_pass the client is Nginx's client" access '"remote":"127\.0\.0\.1"'
end
stop

transport=kernel
serve --transport kernel --addr 127.0.0.1 --port 8080 --uwsgi-port 3032 --max-body 30000000 || exit 1
everything 127.0.0.1 8080
exit $failures
