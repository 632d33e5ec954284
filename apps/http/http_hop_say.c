/* http_hop_say.c: what became of a request to an upstream, in words. See http_hop.h. */
#include "http/http_hop.h"
#include "http/http_uwsgi.h"

static void put_error(const struct http_hop *hop, struct text *text) {
    if (hop->error) {
        text_format(text, " (%s)", lucid_error_name(hop->error));
    }
}

static void put_unconnected(const struct http_hop *hop, struct text *text) {
    if (hop->error == LUCID_ECONNREFUSED) {
        text_put(text, "refused the connection: no server listens there");
        return;
    }
    text_put(text, "cannot be connected to");
    put_error(hop, text);
}

/* The packet stays in out until the answer has begun, unless a body has taken its place. */
static void put_closed(const struct http_hop *hop, struct text *text) {
    if (hop->received > 0) {
        text_put(text, hop->answered ? "broke off in the middle of its answer" : "broke off in the head of its answer");
        put_error(hop, text);
        return;
    }
    text_put(text, "closed without an answer");
    put_error(hop, text);
    if (hop->to->speaks == HTTP_UPSTREAM_UWSGI && hop->head_length > HTTP_UWSGI_BUFFER) {
        text_format(text,
                    ": the packet's head had %zu octets, and uWSGI takes %d of them unless its buffer-size says more",
                    hop->head_length, HTTP_UWSGI_BUFFER);
    }
}

static void put_answer(const struct http_hop *hop, struct text *text) {
    const struct http_reason *reason = http_reason((enum http_refusal)hop->reason);
    if (hop->head.status == 101) {
        text_put(text, "wants to switch to another protocol, which nobody asked for");
        return;
    }
    text_format(text, "has sent what is not HTTP as it should be: %s (%s)", reason->sentence, reason->source);
}

static void put_time(const struct http_hop *hop, struct text *text) {
    text_put(text, hop->opening ? "has not taken the connection in time" : "has not answered in time");
}

void http_hop_say(const struct http_hop *hop, struct text *text) {
    char name[HTTP_UPSTREAM_PATH + 1];
    text_format(text, "upstream %s for %s/: it ", hop->to->authority, http_upstream_name(hop->to, name));
    switch (http_reason((enum http_refusal)hop->refusal)->status) {
    case 504:
        put_time(hop, text);
        break;
    default:
        if (hop->refusal == HTTP_REFUSED_UPSTREAM_HEAD) {
            text_format(text, "was not asked: the packet's head would have %zu octets, and uwsgi has room for %d",
                        hop->head_length, HTTP_UWSGI_VARS_MAX + HTTP_UWSGI_HEAD);
        } else if (hop->refusal == HTTP_REFUSED_UPSTREAM_CONNECT) {
            put_unconnected(hop, text);
        } else if (hop->refusal == HTTP_REFUSED_UPSTREAM_CLOSED) {
            put_closed(hop, text);
        } else {
            put_answer(hop, text);
        }
        break;
    }
}
