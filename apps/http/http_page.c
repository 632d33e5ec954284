/* http_page.c: see http_page.h. */
#include "http/http_page.h"

#include <string.h>

#include "http/http_status.h"

static const char head_begin[] =
    "<!DOCTYPE html>\n"
    "<html lang=\"en\">\n"
    "<head>\n"
    "<meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
    "<meta name=\"color-scheme\" content=\"light dark\">\n"
    "<link rel=\"icon\" href=\"data:,\">\n"
    "<style>\n"
    ":root { --line: #c8ccd2; --soft: #f3f4f6; --mark: #fff3c4; --link: #0b57d0; }\n"
    "@media (prefers-color-scheme: dark) {\n"
    "  :root { --line: #4a4f57; --soft: #25282d; --mark: #4a3f12; --link: #8ab4f8; }\n"
    "  body { background: #16181b; color: #e3e5e8; }\n"
    "}\n"
    "body { max-width: 46rem; margin: 1.5rem auto; padding: 0 1rem; line-height: 1.5;\n"
    "       font-family: system-ui, sans-serif; overflow-wrap: anywhere; }\n"
    "a { color: var(--link); }\n"
    "h1 { line-height: 1.2; font-size: 1.7rem; }\n"
    "h2 { margin-top: 2rem; font-size: 1.25rem; }\n"
    "pre, code, textarea { font-family: ui-monospace, monospace; font-size: 0.9rem; }\n"
    "pre { overflow-x: auto; padding: 0.75rem; border-radius: 0.4rem; background: var(--soft); }\n"
    "input, textarea, button { font-size: 1rem; padding: 0.5rem; }\n"
    "textarea { width: 100%; box-sizing: border-box; }\n"
    "table { border-collapse: collapse; width: 100%; }\n"
    "th, td { text-align: left; vertical-align: top; border-bottom: 1px solid var(--line);\n"
    "         padding: 0.3rem 0.75rem 0.3rem 0; }\n"
    "th { font-weight: 600; overflow-wrap: normal; }\n"
    ".wide { overflow-x: auto; margin-inline: calc(50% - min(50vw - 1rem, 40rem)); }\n"
    ".wide table { font-size: 0.85rem; white-space: nowrap; overflow-wrap: normal; }\n"
    ".n { text-align: right; font-variant-numeric: tabular-nums; }\n"
    ".own td { background: var(--mark); }\n"
    ".spark { width: 50%; }\n"
    ".spark svg { display: block; width: 100%; height: 1.5rem; color: var(--link); }\n"
    "@media (max-width: 30rem) { th, td { padding-right: 0.4rem; } h1 { font-size: 1.4rem; } }\n"
    ".number { text-align: right; white-space: nowrap; }\n";

static const char title_begin[] = "</style>\n<title>";

static const char head_end[] = "</title>\n</head>\n<body>\n<main>\n";

static const char end[] = "</main>\n</body>\n</html>\n";

void http_page_begin_styled(struct text *text, const char *title, const char *style) {
    text_put(text, head_begin);
    text_put(text, style);
    text_put(text, title_begin);
    text_put(text, title);
    text_put(text, head_end);
}

void http_page_begin(struct text *text, const char *title) {
    http_page_begin_styled(text, title, "");
}

void http_page_end(struct text *text) {
    text_put(text, end);
}

static const char what[] =
    "<h1>This page came through Lucid</h1>\n"
    "<p>The TCP that brought it is not your system's. It is a program in user space: IP packets reach it through a "
    "TUN\n"
    "device, its TCP follows RFC 9293 section by section, and this web server runs on its own sockets.</p>\n"
    "<h2>What has just happened</h2>\n"
    "<ol>\n"
    "<li>SYN, SYN-ACK, ACK: your client and this stack agreed on sequence numbers. Both were ESTABLISHED.</li>\n"
    "<li>Your client sent <code>GET / HTTP/1.1</code>; the answer is this page.</li>\n"
    "<li>The connection stays open for the next request. When one side closes, FIN and ACK go each way, and whoever\n"
    "closed first waits in TIME-WAIT for twice the maximum segment lifetime.</li>\n"
    "</ol>\n"
    "<h2>Try</h2>\n"
    "<pre>";

static const char form[] =
    "<p>What is sent by POST comes back:</p>\n"
    "<form method=\"post\" action=\"/\" enctype=\"text/plain\">\n"
    "<p><label for=\"t\">Some text</label><br><textarea id=\"t\" name=\"text\" rows=\"3\">hello</textarea></p>\n"
    "<p><button>Send it</button></p>\n"
    "</form>\n"
    "<h2>Watch</h2>\n"
    "<p>Start the server with <code>--trace</code> to see every segment, state and timer as it happens, with the rule "
    "of\n"
    "the RFC behind it; with <code>--pcap FILE</code> to open the packets in Wireshark; with\n"
    "<code>--faults loss=5%,delay=50ms</code> to see TCP repair a bad link; with <code>--root DIR</code> to serve\n"
    "files.</p>\n";

static const char places[] =
    "<h2>Places to try</h2>\n"
    "<table>\n"
    "<tr><th scope=\"row\"><a href=\"/echo?a=1&amp;b=two+words\">/echo</a></th>"
    "<td>your request, as it came: its parts, the query decoded; by any method</td></tr>\n"
    "<tr><th scope=\"row\"><a href=\"/anything\">/anything</a></th><td>the same as JSON</td></tr>\n"
    "<tr><th scope=\"row\"><a href=\"/cookie\">/cookie</a></th><td>the cookies that you have sent</td></tr>\n"
    "<tr><th scope=\"row\"><a href=\"/status/418\">/status/418</a></th>"
    "<td>any status from 200 to 599, and what it means</td></tr>\n"
    "<tr><th scope=\"row\"><a href=\"/redirect/307\">/redirect/307</a></th>"
    "<td>301, 302, 303, 307, 308: is the method kept?</td></tr>\n"
    "<tr><th scope=\"row\"><a href=\"/delay/2\">/delay/2</a></th><td>an answer that comes seconds later</td></tr>\n"
    "<tr><th scope=\"row\"><a href=\"/bytes/1000\">/bytes/1000</a></th><td>so many octets</td></tr>\n"
    "<tr><th scope=\"row\"><a href=\"/range/1000\">/range/1000</a></th><td>the same, and parts of it</td></tr>\n"
    "<tr><th scope=\"row\"><a href=\"/stream/5\">/stream/5</a></th><td>so many lines, in chunks</td></tr>\n"
    "<tr><th scope=\"row\"><a href=\"/drip?numbytes=5&amp;duration=2\">/drip</a></th><td>octet by octet</td></tr>\n"
    "</table>\n";

static void put_command(struct text *text, const char *before, const char *host, size_t length, const char *after) {
    text_put(text, before);
    text_put_html(text, host, length);
    text_put(text, after);
}

void http_page_self(struct text *text, const char *host, size_t length) {
    static const char unknown[] = "10.77.0.2";
    if (length == 0) {
        host = unknown;
        length = sizeof unknown - 1;
    }
    http_page_begin(text, "Lucid");
    text_put(text, what);
    put_command(text, "curl -v http://", host, length, "/\n");
    put_command(text, "curl -I http://", host, length, "/\n");
    put_command(text, "curl -d hello http://", host, length, "/\n");
    put_command(text, "curl -v http://", host, length, "/ http://");
    put_command(text, "", host, length, "/   <i># two requests, one connection</i>\n");
    text_put(text, "ss -tin             <i># the other end, as your kernel sees it</i></pre>\n");
    text_put(text, places);
    text_put(text, form);
    http_page_end(text);
}

void http_page_moved(struct text *text, int status, const char *location) {
    size_t length = strlen(location);
    char title[80];
    struct text line = text_fixed(title, sizeof title);
    text_format(&line, "%d %s", status, http_status_phrase(status));
    http_page_begin(text, title);
    text_format(text, "<h1>%s</h1>\n<p>It is at <a href=\"", title);
    text_put_html(text, location, length);
    text_put(text, "\">");
    text_put_html(text, location, length);
    text_put(text, "</a>.</p>\n");
    text_put(text, end);
}
