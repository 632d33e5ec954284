/* config.c: the configurations, as one would write them by hand; for files.h. All paths are relative to the temporary
 * folder, in which the programs run.
 */
#include <stddef.h>
#include <string.h>

#include "config.h"

/* Nginx runs as a user of its own if it can, but in a namespace of a user there is nobody but root.
 * uwsgi_params is what Nginx has in a file of its own; it stands here because this is what arrives in the uwsgi
 * packet. */
#define UWSGI_PARAMS                                        \
    "    uwsgi_param  QUERY_STRING     $query_string;\n"    \
    "    uwsgi_param  REQUEST_METHOD   $request_method;\n"  \
    "    uwsgi_param  CONTENT_TYPE     $content_type;\n"    \
    "    uwsgi_param  CONTENT_LENGTH   $content_length;\n"  \
    "    uwsgi_param  REQUEST_URI      $request_uri;\n"     \
    "    uwsgi_param  PATH_INFO        $document_uri;\n"    \
    "    uwsgi_param  SERVER_PROTOCOL  $server_protocol;\n" \
    "    uwsgi_param  REQUEST_SCHEME   $scheme;\n"          \
    "    uwsgi_param  REMOTE_ADDR      $remote_addr;\n"     \
    "    uwsgi_param  REMOTE_PORT      $remote_port;\n"     \
    "    uwsgi_param  SERVER_PORT      $server_port;\n"     \
    "    uwsgi_param  SERVER_NAME      $server_name;\n"

const struct way_config way_configs[] = {
    {"nginx.conf", "user root;\n"
                   "daemon off;\n"
                   "master_process off;\n"
                   "pid nginx.pid;\n"
                   "error_log nginx-error.log info;\n"
                   "events { worker_connections 64; }\n"
                   "\n"
                   "http {\n"
                   "    access_log nginx-access.log;\n"
                   "    client_body_temp_path tmp;\n"
                   "    proxy_temp_path tmp;\n"
                   "    uwsgi_temp_path tmp;\n"
                   "    fastcgi_temp_path tmp;\n"
                   "    scgi_temp_path tmp;\n"
                   "    uwsgi_read_timeout 1s;\n"
                   "\n" UWSGI_PARAMS "\n"
                   "    upstream app { server 127.0.0.1:3031; }\n"
                   "    upstream each { server 10.77.0.2:80; }\n"
                   "    upstream kept { server 10.77.0.2:80; keepalive 16; }\n"
                   "    upstream ours { server 10.77.0.2:3032; }\n"
                   "\n"
                   "    server {\n"
                   "        listen 10.77.0.1:80;\n"
                   "        server_name www.lab.test;\n"
                   "        location / { uwsgi_pass app; }\n"
                   "        location /bytes/ { uwsgi_pass ours; }\n"
                   "        location /each/ {\n"
                   "            proxy_pass http://each/;\n"
                   "            proxy_set_header Host $host;\n"
                   "        }\n"
                   "        location /kept/ {\n"
                   "            proxy_pass http://kept/;\n"
                   "            proxy_http_version 1.1;\n"
                   "            proxy_set_header Connection \"\";\n"
                   "            proxy_set_header Host $host;\n"
                   "        }\n"
                   "    }\n"
                   "}\n"},
    {"uwsgi.ini", "[uwsgi]\n"
                  "plugins = python3\n"
                  "socket = 127.0.0.1:3031\n"
                  "socket = 10.77.0.1:3031\n"
                  "module = app:application\n"
                  "master = true\n"
                  "processes = 2\n"
                  "die-on-term = true\n"
                  "disable-logging = true\n"},
    {"app.py", "\"\"\"A web application: a function that gets a request as a dictionary and returns a body (WSGI, PEP "
               "3333).\"\"\"\n"
               "import os\n"
               "import time\n"
               "from urllib.parse import parse_qs\n"
               "\n"
               "\n"
               "def note(what):\n"
               "    with open(\"app.log\", \"a\") as log:\n"
               "        log.write(f\"{time.time_ns()} {what}\\n\")\n"
               "\n"
               "\n"
               "def application(environ, start_response):\n"
               "    query = parse_qs(environ[\"QUERY_STRING\"])\n"
               "    note(f\"called {environ['REQUEST_METHOD']} {environ['REQUEST_URI']}\")\n"
               "    if environ[\"PATH_INFO\"] == \"/crash\":\n"
               "        note(\"dies\")\n"
               "        os._exit(1)\n"
               "    if environ[\"PATH_INFO\"] == \"/slow\":\n"
               "        time.sleep(float(query[\"seconds\"][0]))\n"
               "    body = f\"Hello, {query.get('name', ['whoever you are'])[0]}.\\n\".encode()\n"
               "    note(f\"answers 200 OK, {len(body)} octets\")\n"
               "    start_response(\"200 OK\", [(\"Content-Type\", \"text/plain; charset=utf-8\")])\n"
               "    return [body]\n"},
    {"resolv.conf", "nameserver 10.77.0.2\n"
                    "options timeout:1 attempts:2\n"},
    {"page.html", "<!doctype html>\n"
                  "<html lang=\"en\">\n"
                  "<title>A page</title>\n"
                  "<p>This page came over a TCP that you can read. It asks for eight more things.</p>\n"
                  "<script>\n"
                  "for (let i = 1; i <= 8; i++) fetch(\"/delay/1?thing=\" + i);\n"
                  "</script>\n"},
    {"nsswitch.conf", "hosts: files dns\n"},
    {NULL, NULL},
};
