/* http_page_self.c: the page that explains the server and links everything that it answers. See http_page.h. */
#include <string.h>

#include "http/http_page.h"

static const char intro[] =
    "<p>The TCP that brought it is not your system's. It is a program in user space: IP packets reach it through a "
    "TUN\n"
    "device, its TCP follows RFC 9293 section by section, and this web server runs on its own sockets.</p>\n";

static const char happened[] =
    "<h2>What has just happened</h2>\n"
    "<ol>\n"
    "<li>SYN, SYN-ACK, ACK: your client and this server agreed on sequence numbers. Both were ESTABLISHED.</li>\n"
    "<li>Your client sent <code>GET / HTTP/1.1</code>; the answer is this page.</li>\n"
    "<li>The connection stays open for the next request. When one side closes, FIN and ACK go each way, and whoever\n"
    "closed first waits in TIME-WAIT for twice the maximum segment lifetime.</li>\n"
    "</ol>\n";

static const char places[] =
    "<h2>Places to try</h2>\n"
    "<table>\n"
    "<tr><th scope=\"row\"><a href=\"/echo?a=1&amp;b=two+words\">/echo</a></th>\n"
    "<td>your request, as it came: its parts, the query decoded; by any method</td></tr>\n"
    "<tr><th scope=\"row\"><a href=\"/headers\">/headers</a></th><td>its fields</td></tr>\n"
    "<tr><th scope=\"row\"><a href=\"/anything\">/anything</a></th><td>all of it as JSON</td></tr>\n"
    "<tr><th scope=\"row\"><a href=\"/cookie\">/cookie</a></th><td>the cookies that you have sent</td></tr>\n"
    "<tr><th scope=\"row\">/status</th>\n"
    "<td><a href=\"/status/200\">200</a> <a href=\"/status/204\">204</a>\n"
    "<a href=\"/status/404\">404</a> <a href=\"/status/418\">418</a> <a href=\"/status/500\">500</a> <a "
    "href=\"/status/503\">503</a>\n"
    "and any other from 200 to 599: what it means</td></tr>\n"
    "<tr><th scope=\"row\">/redirect</th>\n"
    "<td><a href=\"/redirect/301\">301</a> <a href=\"/redirect/302\">302</a> <a href=\"/redirect/303\">303</a>\n"
    "<a href=\"/redirect/307\">307</a> <a href=\"/redirect/308\">308</a>: is the method kept?</td></tr>\n"
    "<tr><th scope=\"row\"><a href=\"/delay/2\">/delay/2</a></th><td>an answer that comes seconds later</td></tr>\n"
    "<tr><th scope=\"row\"><a href=\"/bytes/1000\">/bytes/1000</a></th><td>so many octets</td></tr>\n"
    "<tr><th scope=\"row\"><a href=\"/range/1000\">/range/1000</a></th><td>the same, and parts of it</td></tr>\n"
    "<tr><th scope=\"row\"><a href=\"/stream/5\">/stream/5</a></th><td>so many lines, in chunks</td></tr>\n"
    "<tr><th scope=\"row\"><a href=\"/drip?numbytes=5&amp;duration=2\">/drip</a></th><td>octet by octet</td></tr>\n"
    "</table>\n";

static const char forms[] =
    "<h2>GET against POST</h2>\n"
    "<p>The same form twice. By GET what you type stands in the URL, by POST in the body; <code>/echo</code> shows "
    "both.</p>\n"
    "<form method=\"get\" action=\"/echo\">\n"
    "<p><label>Some text <input name=\"text\" value=\"hello &amp; goodbye\"></label> <button>Send it by "
    "GET</button></p>\n"
    "</form>\n"
    "<form method=\"post\" action=\"/echo\">\n"
    "<p><label>Some text <input name=\"text\" value=\"hello &amp; goodbye\"></label> <button>Send it by "
    "POST</button></p>\n"
    "</form>\n"
    "<p>What is sent to this page by POST comes back as it is:</p>\n"
    "<form method=\"post\" action=\"/\" enctype=\"text/plain\">\n"
    "<p><label for=\"t\">Some text</label><br><textarea id=\"t\" name=\"text\" rows=\"3\">hello</textarea></p>\n"
    "<p><button>Send it</button></p>\n"
    "</form>\n"
    "<h2>From a terminal</h2>\n"
    "<pre>";

static const char watch[] =
    "<h2>Watch</h2>\n"
    "<p>Start the server with <code>--trace</code> to see every segment, state and timer as it happens, with the rule "
    "of\n"
    "the RFC behind it; with <code>--pcap FILE</code> to open the packets in Wireshark; with\n"
    "<code>--faults loss=5%,delay=50ms</code> to see TCP repair a bad link; with <code>--root DIR</code> to serve\n"
    "files.</p>\n";

static void put_command(struct text *text, const char *before, const struct http_page_self *self, const char *after) {
    static const char unknown[] = "10.77.0.2";
    text_put(text, before);
    if (self->host_length > 0) {
        text_put_html(text, self->host, self->host_length);
    } else {
        text_put(text, unknown);
    }
    text_put(text, after);
}

void http_page_self(struct text *text, const struct http_page_self *self) {
    http_page_begin(text, "Lucid");
    text_put(text, "<h1>This page came through Lucid</h1>\n");
    text_put(text, self->intro ? self->intro : intro);
    text_put(text, happened);
    text_put(text, self->look ? self->look : "");
    text_put(text, places);
    text_put(text, forms);
    put_command(text, "curl -v http://", self, "/\n");
    put_command(text, "curl -I http://", self, "/\n");
    put_command(text, "curl -d hello http://", self, "/\n");
    put_command(text, "curl -v http://", self, "/ http://");
    put_command(text, "", self, "/   <i># two requests, one connection</i>\n");
    text_put(text, "ss -tin             <i># the other end, as your kernel sees it</i></pre>\n");
    text_put(text, self->watch ? self->watch : watch);
    http_page_end(text);
}
