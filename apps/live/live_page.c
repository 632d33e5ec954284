/* live_page.c: the page / of a server whose TCP can be looked at: it links the pages that do so, and what was recorded
 * of the very request that it answers. And the icon of all pages. */
#include <inttypes.h>

#include "http/http_accept.h"
#include "http/http_page.h"
#include "live/live.h"

static const char kernel_intro[] =
    "<p>It came over the kernel's sockets this time, for the server was started with <code>--transport kernel</code>. "
    "With\n"
    "<code>--transport stack</code> a TCP in user space carries it, which follows RFC 9293 section by section.</p>\n";

static const char kernel_watch[] = "<h2>Watch</h2>\n"
                                   "<p>Start the server with <code>--root DIR</code> to serve files. Its segments, "
                                   "states and timers, its packets, and\n"
                                   "faults of a link, can be seen with <code>--transport stack</code> only.</p>\n";

static const char look[] = "<h2>Look at the TCP that carries it</h2>\n"
                           "<table>\n"
                           "<tr><th scope=\"row\"><a href=\"/connections\">/connections</a></th>"
                           "<td>all sockets, with their windows, times and timers; yours is marked</td></tr>\n"
                           "<tr><th scope=\"row\"><a href=\"/events\">/events</a></th>"
                           "<td>the variables of a connection while they change</td></tr>\n"
                           "<tr><th scope=\"row\"><a href=\"/why\">/why</a></th>"
                           "<td>the latest requests, each from SYN to FIN, each octet by what it is</td></tr>\n";

static const char faults[] =
    "<tr><th scope=\"row\"><a href=\"/bytes/100000?loss=5&amp;delay=20\">loss, delay</a></th>"
    "<td>a bad way for your connection only: <code>?loss=5&amp;delay=20</code> behind any path; also "
    "<code>mss</code>,\n"
    "<code>jitter</code>, <code>dup</code>, <code>reorder</code>, <code>corrupt</code>, <code>rate</code></td></tr>\n";

static void put_look(struct text *text, const struct http_exchange *exchange) {
    const struct live *live = live_of(exchange);
    uint64_t id = exchange->about.id;
    text_put(text, look);
    if (id != 0) {
        text_format(text,
                    "<tr><th scope=\"row\"><a href=\"/why?id=%" PRIu64 "\">/why?id=%" PRIu64 "</a></th>"
                    "<td>the request that this page answers</td></tr>\n",
                    id, id);
    }
    if (id != 0 && live->stack) {
        text_format(text,
                    "<tr><th scope=\"row\"><a href=\"/pcap?id=%" PRIu64 "\">/pcap?id=%" PRIu64 "</a></th>"
                    "<td>its packets, for Wireshark</td></tr>\n",
                    id, id);
    }
    text_put(text, live->allow_faults && live->host ? faults : "");
    text_put(text, "</table>\n");
}

bool live_page_answer(struct http_site *site, struct http_exchange *exchange) {
    struct http_span host = exchange->request.host;
    struct text text = text_growing(), more = text_growing();
    (void)site;
    if (!http_accept_html(&exchange->request.head, exchange->octets)) {
        text_put(&text, "OK");
        return live_answer(exchange, 200, LIVE_PLAIN, &text);
    }
    put_look(&more, exchange);
    http_page_self(&text, &(struct http_page_self){.host = (const char *)exchange->octets + host.at,
                                                   .host_length = host.length,
                                                   .intro = live_of(exchange)->stack ? NULL : kernel_intro,
                                                   .look = more.data,
                                                   .watch = live_of(exchange)->stack ? NULL : kernel_watch});
    text.cut = text.cut || more.cut;
    text_free(&more);
    return live_answer(exchange, 200, LIVE_PAGE, &text);
}

/* Two poles and what goes between them. */
bool live_icon_answer(struct http_site *site, struct http_exchange *exchange) {
    static char icon[] =
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 16 16\"><rect width=\"16\" height=\"16\" rx=\"3\" "
        "fill=\"#0b57d0\"/><path d=\"M3 2v12M13 2v12M3 5l10 2M13 9l-10 2\" stroke=\"#fff\" fill=\"none\"/></svg>\n";
    struct text text = {.data = icon, .length = sizeof icon - 1, .capacity = sizeof icon};
    (void)site;
    http_answer_begin(&exchange->answer, 200, &exchange->about);
    http_answer_field(&exchange->answer, "Cache-Control", "max-age=86400");
    return http_answer_text(&exchange->answer, "image/svg+xml", &text);
}
