/* live.c: what the handlers of live.h have in common. */
#include "live/live.h"

#include <stdio.h>
#include <string.h>

#include "http/http_accept.h"
#include "http/http_form.h"
#include "http/http_page.h"
#include "live/live_kernel.h"
#include "lucid/trace.h"

void live_handlers(struct http_handler handlers[LIVE_HANDLERS], struct live *live) {
    static const struct http_handler table[LIVE_HANDLERS] = {
        {.path = "", .methods = HTTP_GET | HTTP_HEAD, .without_root = true, .answer = live_page_answer},
        {.path = "favicon.ico", .methods = HTTP_GET | HTTP_HEAD, .without_root = true, .answer = live_icon_answer},
        {.path = "connections", .methods = HTTP_GET | HTTP_HEAD, .answer = live_connections_answer},
        {.path = "events", .methods = HTTP_GET | HTTP_HEAD, .answer = live_events_answer},
        {.path = "why", .methods = HTTP_GET | HTTP_HEAD, .answer = live_why_answer},
        {.path = "pcap", .methods = HTTP_GET | HTTP_HEAD, .answer = live_pcap_answer},
    };
    for (unsigned i = 0; i < LIVE_HANDLERS; i++) {
        handlers[i] = table[i];
        handlers[i].user = live;
    }
}

/* ---- answers ---- */

enum live_form live_form(const struct http_exchange *exchange, unsigned forms) {
    static const char *const types[] = {"text/plain", "text/html", "application/json"};
    return http_accept_best(&exchange->request.head, exchange->octets, types, forms);
}

/* What was true a moment ago is not kept by anybody. */
bool live_answer(struct http_exchange *exchange, int status, enum live_form form, struct text *text) {
    static const char *const types[] = {"text/plain; charset=utf-8", "text/html; charset=utf-8", "application/json"};
    http_answer_begin(&exchange->answer, status, &exchange->about);
    http_answer_field(&exchange->answer, "Vary", "Accept");
    http_answer_field(&exchange->answer, "Cache-Control", "no-store");
    http_answer_field(&exchange->answer, "X-Content-Type-Options", "nosniff");
    bool made = http_answer_text(&exchange->answer, types[form], text);
    text_free(text);
    return made;
}

bool live_say(struct http_exchange *exchange, int status, const char *sentence) {
    enum live_form form = live_form(exchange, 2);
    struct text text = text_growing();
    char title[80];
    if (form == LIVE_PLAIN) {
        text_format(&text, "%s\n", sentence);
        return live_answer(exchange, status, form, &text);
    }
    snprintf(title, sizeof title, "%d %s", status, http_status_phrase(status));
    http_page_begin(&text, title);
    text_format(&text, "<h1>%s</h1>\n<p>", title);
    text_put_html(&text, sentence, strlen(sentence));
    text_put(&text, "</p>\n<p><a href=\"/\">To the beginning</a></p>\n");
    http_page_end(&text);
    return live_answer(exchange, status, form, &text);
}

/* ---- what is asked for ---- */

bool live_own(const struct http_exchange *exchange, struct lucid_tcp_info *info) {
    struct lucid_stack *stack = live_of(exchange)->stack;
    struct lucid_sockaddr local;
    if (!stack) {
        return live_kernel_info(exchange->fd, info);
    }
    return lucid_getsockname(stack, exchange->fd, &local) == 0 &&
           lucid_info_find(stack, &local, &exchange->remote, info) == 0;
}

static bool is_loopback(const struct lucid_addr *addr) {
    static const struct lucid_addr ip6 = {.octet = {[15] = 1}};
    return lucid_addr_is_ipv4(addr) ? addr->octet[12] == 127 : lucid_addr_equal(addr, &ip6);
}

bool live_may_see(const struct http_exchange *exchange, const struct lucid_addr *from) {
    const struct live *live = live_of(exchange);
    const struct lucid_addr *client = &exchange->remote.addr;
    if (lucid_addr_equal(client, from) || is_loopback(client)) {
        return true;
    }
    for (unsigned i = 0; i < live->home_count; i++) {
        if (lucid_addr_equal(client, &live->home[i].addr)) {
            return true;
        }
    }
    return false;
}

bool live_parameter(const struct http_exchange *exchange, const char *name, char *value, size_t size) {
    struct http_span query = exchange->request.query;
    const char *octets = (const char *)exchange->octets + query.at;
    struct http_form form = {octets, octets + query.length, '&'};
    struct text key = text_growing(), text = text_growing();
    bool found = false;
    while (!found && http_form_next(&form, &key, &text)) {
        found = key.data && strcmp(key.data, name) == 0;
    }
    if (found) {
        snprintf(value, size, "%s", text.data ? text.data : "");
    }
    text_free(&key);
    text_free(&text);
    return found;
}

/* ---- how it is written ---- */

char *live_end(const struct lucid_sockaddr *end, char text[LIVE_END_TEXT]) {
    char addr[LUCID_ADDR_TEXT], port[8] = "*";
    if (end->port != 0) {
        snprintf(port, sizeof port, "%u", end->port);
    }
    if (lucid_addr_is_any(&end->addr)) {
        snprintf(text, LIVE_END_TEXT, "*:%s", port);
        return text;
    }
    bool ipv4 = lucid_addr_is_ipv4(&end->addr);
    lucid_addr_format(&end->addr, addr);
    snprintf(text, LIVE_END_TEXT, ipv4 ? "%s:%s" : "[%s]:%s", addr, port);
    return text;
}

char *live_time(lucid_time time, char text[LIVE_TIME_TEXT]) {
    double seconds = (double)time / (double)LUCID_SECOND;
    if (time == 0 || time == LUCID_NEVER) {
        snprintf(text, LIVE_TIME_TEXT, "-");
    } else if (seconds >= 10) {
        snprintf(text, LIVE_TIME_TEXT, "%.0fs", seconds);
    } else if (seconds >= 1) {
        snprintf(text, LIVE_TIME_TEXT, "%.2fs", seconds);
    } else if (seconds >= 0.001) {
        snprintf(text, LIVE_TIME_TEXT, seconds >= 0.01 ? "%.0fms" : "%.2fms", seconds * 1e3);
    } else {
        snprintf(text, LIVE_TIME_TEXT, "%.0fus", seconds * 1e6);
    }
    return text;
}

const char *live_timer(const struct lucid_tcp_info *info, unsigned i, lucid_time *at) {
    const struct {
        enum lucid_timer timer;
        lucid_time at;
    } timers[LIVE_TIMERS] = {
        {LUCID_TIMER_RTO, info->rto_at},
        {LUCID_TIMER_TAIL_PROBE, info->tail_probe_at},
        {LUCID_TIMER_REORDER, info->reorder_at},
        {LUCID_TIMER_PERSIST, info->persist_at},
        {LUCID_TIMER_DELAYED_ACK, info->delayed_ack_at},
        {LUCID_TIMER_KEEPALIVE, info->keepalive_at},
        {LUCID_TIMER_FIN_WAIT_2, info->fin_wait_2_at},
        {LUCID_TIMER_2MSL, info->timewait_at},
        {LUCID_TIMER_USER, info->user_at},
    };
    *at = timers[i].at;
    return lucid_timer_name(timers[i].timer);
}
