/* plan.c: see plan.h. */
#include "plan.h"

#include <stddef.h>
#include <string.h>

const char *way_hop_name(enum way_hop hop) {
    static const char *const names[] = {
        [WAY_CLIENT] = "client", [WAY_DNS] = "our DNS",     [WAY_NGINX] = "Nginx",   [WAY_UWSGI] = "uWSGI",
        [WAY_APP] = "app",       [WAY_OURS] = "our server", [WAY_NOBODY] = "nobody",
    };
    return names[hop];
}

#define WWW "http://www.lab.test"

static const struct way_plan plans[] = {
    {
        .name = "a",
        .title = "Nginx in front of a web application",
        .nginx = true,
        .uwsgi = true,
        .hop = {WAY_CLIENT, WAY_DNS, WAY_NGINX, WAY_UWSGI, WAY_APP},
        .hops = 5,
        .act = {{
            .title = "One request, all the way",
            .before = "Somebody types " WWW "/hello?name=Ada and presses Enter. The name has to become an address; "
                      "there has to be a connection; the request goes over it to Nginx, which passes it on to uWSGI, "
                      "which calls the application; and the answer goes back the same way.",
            .after = "Each TCP connection takes three segments to open, because each side chooses a number to count "
                     "its octets from, and each must hear that the other knows it: the second segment does two "
                     "jobs. It takes four to close, because each direction ends by itself: two ends, two "
                     "confirmations; where a side has nothing more to say, two of the four travel as one. UDP, which "
                     "carries the name, has none of this: one datagram there, one back.",
            .url = {WWW "/hello?name=Ada"},
            .status = "200",
        }},
        .acts = 1,
    },
    {
        .name = "b",
        .title = "Nginx in front of our server",
        .nginx = true,
        .hop = {WAY_CLIENT, WAY_DNS, WAY_NGINX, WAY_OURS},
        .hops = 4,
        .act = {{
                    .title = "Two requests; Nginx opens a connection to our server for each",
                    .before = "The client asks twice on one connection. Nginx passes both on to our server, as it does "
                              "when nobody tells it otherwise: with HTTP/1.0 and Connection: close.",
                    .after = "Two requests were two connections behind Nginx: twice three segments to open and as "
                             "many as it takes to close. Our server closes first, so our server is the one that has "
                             "to stay in TIME-WAIT, once for each request, for four minutes. A busy site would have "
                             "hundreds of thousands of them.",
                    .url = {WWW "/each/bytes/20", WWW "/each/bytes/21"},
                    .status = "200",
                },
                {
                    .title = "The same two requests; Nginx keeps its connection to our server",
                    .before = "Now Nginx has \"keepalive 16\" for our server, and speaks HTTP/1.1 without Connection: "
                              "close.",
                    .after = "One connection carried both requests and is still open: no second handshake, no close, "
                             "nobody in TIME-WAIT.",
                    .url = {WWW "/kept/bytes/20", WWW "/kept/bytes/21"},
                    .status = "200",
                }},
        .acts = 2,
    },
    {
        .name = "c",
        .title = "our server in the place of Nginx",
        .uwsgi = true,
        .ours = true,
        .gateway = true,
        .hop = {WAY_CLIENT, WAY_DNS, WAY_OURS, WAY_UWSGI, WAY_APP},
        .hops = 5,
        .act =
            {{
                 .title = "One request, through our server as the gateway",
                 .before = "The name leads to our server now. It is a server towards the client, and a client "
                           "towards uWSGI: both connections are our own TCP.",
                 .after = "Compare it with order a: the same steps, and now the states of the side in the middle are "
                          "exact, because they are our stack's own. It connects actively for the first time: CLOSED, "
                          "SYN-SENT, ESTABLISHED.",
                 .url = {WWW "/hello?name=Ada"},
                 .status = "200",
             },
             {
                 .title = "The application dies, and our server has to say so",
                 .before = "The application ends its process in the middle of the request.",
                 .after = "Our server does as Nginx does: 502, the one behind me failed. It cannot know more than "
                          "that the connection ended before an answer came.",
                 .url = {WWW "/crash"},
                 .status = "502",
             },
             {
                 .title = "The application is slow, and our server loses patience",
                 .before = "The application thinks for 1.3 seconds; our server waits for one (--upstream-time 1).",
                 .after = "504, as Nginx would say it. Our server breaks the connection behind off (RST) where Nginx "
                          "closes it (FIN). Either way uWSGI could know that nobody waits any more, but it does not "
                          "look while the application works: that finishes, for nobody.",
                 .url = {WWW "/slow?seconds=1.3"},
                 .app_goes_on = true,
                 .status = "504",
             }},
        .acts = 3,
    },
    {
        .name = "d",
        .title = "our server in the place of uWSGI",
        .nginx = true,
        .hop = {WAY_CLIENT, WAY_DNS, WAY_NGINX, WAY_OURS},
        .hops = 4,
        .act = {{
            .title = "One request; Nginx passes it to our server as a uwsgi packet",
            .before = "To Nginx our server is an application server: it sends variables in place of HTTP "
                      "(uwsgi_pass), and gets HTTP back.",
            .after = "A second way to take a request apart, in front of the same server: no line and no fields to be "
                     "parsed, only lengths. It works because both sides trust each other; nobody would open such a "
                     "port to the world.",
            .url = {WWW "/bytes/20"},
            .status = "200",
        }},
        .acts = 1,
    },
    {
        .name = "browser",
        .title = "a browser gets a page of our server",
        .ours = true,
        .browser = true,
        .hop = {WAY_CLIENT, WAY_DNS, WAY_OURS},
        .hops = 3,
        .act = {{
            .title = "A page that names eight more things",
            .before = "The client is Chromium now, without a window. The page has a script that asks for eight more "
                      "things, each of which takes our server one second.",
            .after = "More than one question for one name: A or AAAA, and HTTPS (type 65). The page comes over one "
                     "connection; for the eight things the browser opens more, up to six in all, since over HTTP/1.1 a "
                     "connection carries one request at a time. The last two have to wait for a connection that has "
                     "become free. One or two may have been opened before anybody needed them. And nobody "
                     "asked for /favicon.ico but the browser itself.",
            .url = {WWW "/page.html"},
        }},
        .acts = 1,
    },
    {
        .name = "dns",
        .title = "the name cannot be resolved: four ways in which that happens",
        .failure = true,
        .hop = {WAY_CLIENT, WAY_DNS},
        .hops = 2,
        .act = {{
                    .title = "NXDOMAIN: there is no such name",
                    .before = "A slip of the finger: wwww instead of www.",
                    .after = "The name server works, and says with authority that the name does not exist. The client "
                             "knows at once. No TCP connection was even tried.",
                    .url = {"http://wwww.lab.test/hello"},
                    .exit = 6,
                },
                {
                    .title = "SERVFAIL: the name server is in trouble",
                    .before = "The name server runs, but cannot read its zone.",
                    .after = "The answer says only that this server cannot help now. The client asks again, since it "
                             "may be a passing trouble, and gives up. It cannot know whether the name exists.",
                    .url = {WWW "/hello"},
                    .dns = WAY_DNS_FAILS,
                    .exit = 6,
                },
                {
                    .title = "Nobody at port 53",
                    .before = "The machine of the name server is up, the program is not.",
                    .after = "The machine itself answers, with ICMP: there is no such port. So the client knows within "
                             "a millisecond that waiting is useless; it tries again all the same.",
                    .url = {WWW "/hello"},
                    .dns = WAY_DNS_IS_GONE,
                    .exit = 6,
                },
                {
                    .title = "Silence",
                    .before = "The queries vanish: a firewall, a cable, a machine that is off.",
                    .after = "UDP promises nothing: whoever sends has to ask again and, in the end, give up. Here the "
                             "resolver waits one second, twice; five seconds are usual. To the user this is the worst "
                             "failure, because nothing says that there is one.",
                    .url = {WWW "/hello"},
                    .dns = WAY_DNS_IS_SILENT,
                    .exit = 6,
                }},
        .acts = 4,
    },
    {
        .name = "refused",
        .title = "nobody listens at the port: RST",
        .failure = true,
        .hop = {WAY_CLIENT, WAY_DNS, WAY_NOBODY, WAY_OURS},
        .hops = 4,
        .act = {{
                    .title = "The kernel refuses",
                    .before = "The name is right, the machine is up, but at port 81 nobody listens.",
                    .after = "A SYN to a port without a listener is answered by RST (RFC 9293 3.5.2). The client "
                             "knows after one round trip. Refused is good news of a kind: the name was right and the "
                             "machine is alive.",
                    .url = {WWW ":81/hello"},
                    .exit = 7,
                },
                {
                    .title = "Our stack refuses",
                    .before = "The same, at the address of our own TCP.",
                    .after = "The same segment, this time made by our stack: sequence number 0, and an ACK of the SYN, "
                             "so that the other side can see that it is meant (RFC 9293 3.10.7.1). There was no "
                             "connection, so no state changed on our side.",
                    .url = {"http://ours.lab.test:81/hello"},
                    .exit = 7,
                }},
        .acts = 2,
    },
    {
        .name = "app-down",
        .title = "the application is down: 502 Bad Gateway",
        .failure = true,
        .nginx = true,
        .uwsgi = true,
        .hop = {WAY_CLIENT, WAY_DNS, WAY_NGINX, WAY_UWSGI, WAY_APP},
        .hops = 5,
        .act = {{
                    .title = "uWSGI does not run",
                    .before = "Nginx is up, and passes the request on to a port where nobody listens.",
                    .after = "To the client everything is well up to Nginx: name, connection, request. Only Nginx sees "
                             "the RST, and says so in the only way that HTTP has: 502, the one behind me failed. The "
                             "reason stands in Nginx's error log, and nowhere else.",
                    .url = {WWW "/hello?name=Ada"},
                    .without_app = true,
                    .status = "502",
                },
                {
                    .title = "The application dies while it works",
                    .before = "Now uWSGI runs, but the application ends its process in the middle of the request.",
                    .after = "The connection was made, the request was taken, and then it ended without a single octet "
                             "of an answer. Nginx cannot make up one: 502 again, but another line in its error log.",
                    .url = {WWW "/crash"},
                    .status = "502",
                }},
        .acts = 2,
    },
    {
        .name = "app-slow",
        .title = "the application is slow: 504, or the client goes",
        .failure = true,
        .nginx = true,
        .uwsgi = true,
        .hop = {WAY_CLIENT, WAY_DNS, WAY_NGINX, WAY_UWSGI, WAY_APP},
        .hops = 5,
        .act = {{
                    .title = "Nginx loses patience",
                    .before = "The application thinks for 1.3 seconds, Nginx waits for one (uwsgi_read_timeout 1s).",
                    .after = "Nothing is broken: TCP works, everybody is alive. 504 means: I passed it on, and got "
                             "nothing in time. The application does not know that nobody waits any more, finishes "
                             "its work, and finds the connection closed.",
                    .url = {WWW "/slow?seconds=1.3"},
                    .app_goes_on = true,
                    .status = "504",
                },
                {
                    .title = "The client loses patience",
                    .before = "The same, but the client waits for 0.4 seconds only.",
                    .after = "The client closes its connection. Nginx notices, has nobody to answer, notes 499 in its "
                             "access log (a number of its own, which is never sent), and closes towards uWSGI.",
                    .url = {WWW "/slow?seconds=0.8"},
                    .app_goes_on = true,
                    .patience = "0.4",
                    .exit = 28,
                }},
        .acts = 2,
    },
};

const struct way_plan *way_plan_at(unsigned i) {
    return i < sizeof plans / sizeof plans[0] ? &plans[i] : NULL;
}

const struct way_plan *way_plan_find(const char *name, bool failure) {
    const struct way_plan *plan;
    for (unsigned i = 0; (plan = way_plan_at(i)); i++) {
        if (plan->failure == failure && strcmp(plan->name, name) == 0) {
            return plan;
        }
    }
    return NULL;
}
