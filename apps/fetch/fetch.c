/* fetch.c: the exchange, with the calls of lucid/host.h that wait. See fetch.h; what the answer is made of is judged by
 * http_head.h and http_body.h.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/text.h"
#include "fetch/fetch.h"
#include "http/http_body.h"

enum {
    ROOM = 65536,     /* more than the largest head that is taken */
    INTERIM_MAX = 16, /* answers with 1xx before the answer: a server with more of them never comes to the point */
};

static const struct http_limits limits = {.line = 8192, .head = 32768, .fields = HTTP_FIELDS_MAX, .body = UINT64_MAX};

struct exchange {
    const struct fetch *fetch;
    struct lucid_host *host;
    int fd;
    FILE *out;
    size_t length; /* octets that have come and are not used yet */
    uint8_t octets[ROOM];
    struct http_head head;
    struct http_body body;
};

static bool __attribute__((format(printf, 1, 2))) fail(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    fputs("lucid-fetch: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    return false;
}

/* ---- connect and ask ---- */

static bool connect_failed(const struct exchange *exchange, int error) {
    const struct lucid_sockaddr *remote = &exchange->fetch->url.remote;
    char address[LUCID_ADDR_TEXT];
    lucid_addr_format(&remote->addr, address);
    switch (-error) {
    case LUCID_ECONNREFUSED:
        return fail("%s refused the connection: nothing listens on its port %u", address, remote->port);
    case LUCID_ETIMEDOUT:
        return fail("%s does not answer on port %u; is it there, and is the way back to us?", address, remote->port);
    case LUCID_ENETUNREACH:
        return fail("the stack has no address from which it can reach %s; give it one with --addr", address);
    case LUCID_EINTR:
        return fail("interrupted before %s answered", address);
    default:
        return fail("cannot connect to %s port %u: %s", address, remote->port, lucid_error_name(error));
    }
}

static void write_request(const struct fetch *fetch, struct text *text) {
    const char *method = fetch->data ? "POST" : fetch->head ? "HEAD" : "GET";
    text_format(text, "%s %s HTTP/1.1\r\n", method, fetch->url.target);
    text_format(text, "Host: %s\r\n", fetch->url.authority);
    text_put(text, "User-Agent: lucid-fetch/" LUCID_VERSION "\r\nAccept: */*\r\n");
    if (fetch->data) {
        text_format(text, "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %zu\r\n",
                    strlen(fetch->data));
    }
    text_put(text, "\r\n");
}

/* Prints a head line by line behind a mark. What a terminal would obey is not handed to it. */
static void show_head(char mark, const char *octets, size_t length) {
    bool at_start = true;
    for (size_t i = 0; i < length; i++) {
        if (at_start) {
            fprintf(stderr, "%c ", mark);
        }
        unsigned char c = (unsigned char)octets[i];
        at_start = c == '\n';
        if (c != '\r') {
            fputc((c < ' ' && c != '\n') || c == 0x7f ? '?' : c, stderr);
        }
    }
}

static bool ask(const struct exchange *exchange) {
    const struct fetch *fetch = exchange->fetch;
    struct text text = text_growing();
    write_request(fetch, &text);
    if (fetch->verbose) {
        show_head('>', text.data, text.length);
    }
    text_put(&text, fetch->data ? fetch->data : "");
    ptrdiff_t sent = text.cut ? -LUCID_ENOMEM
                              : lucid_host_send(exchange->host, exchange->fd, text.data, text.length, fetch->timeout);
    text_free(&text);
    return sent >= 0 || fail("cannot send the request: %s", lucid_error_name((int)sent));
}

/* ---- the answer ---- */

static const char *reason(ptrdiff_t result) {
    switch (-result) {
    case 0:
        return "the server ended the connection";
    case LUCID_ECONNRESET:
        return "the server reset the connection";
    case LUCID_ETIMEDOUT:
        return "nothing more came in time";
    case LUCID_EINTR:
        return "interrupted";
    default:
        return lucid_error_name((int)result);
    }
}

/* Waits for more octets, behind those that are there. */
static ptrdiff_t receive(struct exchange *exchange) {
    ptrdiff_t result = lucid_host_recv(exchange->host, exchange->fd, exchange->octets + exchange->length,
                                       ROOM - exchange->length, exchange->fetch->timeout);
    exchange->length += result > 0 ? (size_t)result : 0;
    return result;
}

static void use(struct exchange *exchange, size_t octets) {
    exchange->length -= octets;
    memmove(exchange->octets, exchange->octets + octets, exchange->length);
}

static bool not_http(unsigned refusal) {
    const struct http_reason *why = http_reason((enum http_refusal)refusal);
    return fail("what came is not HTTP: %s (%s)", why->sentence, why->source);
}

static bool take_one_head(struct exchange *exchange) {
    enum http_progress progress;
    http_head_begin(&exchange->head, HTTP_RESPONSE);
    while ((progress = http_head_feed(&exchange->head, &limits, exchange->octets, exchange->length)) == HTTP_MORE) {
        ptrdiff_t result = receive(exchange);
        if (result <= 0) {
            return fail("no answer: %s after %zu octets of its head", reason(result), exchange->length);
        }
    }
    if (progress == HTTP_REFUSED) {
        return not_http(exchange->head.refusal);
    }
    if (exchange->fetch->verbose) {
        show_head('<', (const char *)exchange->octets, exchange->head.length);
    }
    return true;
}

/* RFC 9110 15.2: interim answers are passed over. 101 is none: nobody has asked for another protocol. */
static bool take_head(struct exchange *exchange) {
    for (int interim = 0; interim <= INTERIM_MAX; interim++) {
        if (!take_one_head(exchange)) {
            return false;
        }
        unsigned status = exchange->head.status;
        if (status == 101) {
            return fail("the server switches to another protocol (101), which nobody has asked it to do");
        }
        if (status >= 200) {
            return true;
        }
        use(exchange, exchange->head.length);
    }
    return fail("the server sent more than %d interim answers (1xx) and none that is final", INTERIM_MAX);
}

static bool open_output(struct exchange *exchange) {
    const char *name = exchange->fetch->output;
    exchange->out = name ? fopen(name, "wb") : stdout;
    return exchange->out || fail("cannot write %s: %s", name, strerror(errno));
}

static bool close_output(struct exchange *exchange) {
    const char *name = exchange->fetch->output;
    bool written = fflush(exchange->out) == 0 && !ferror(exchange->out);
    int error = errno;
    if (name) {
        written = fclose(exchange->out) == 0 && written;
    }
    return written || fail("cannot write all of the body to %s: %s", name ? name : "stdout", strerror(error));
}

static bool incomplete(const struct http_body *body, ptrdiff_t result) {
    if (body->framing == HTTP_FRAMING_LENGTH) {
        return fail("the body is incomplete: %s after %" PRIu64 " of %" PRIu64 " octets", reason(result), body->length,
                    body->length + body->left);
    }
    return fail("the body is incomplete: %s after %" PRIu64 " octets, of an unknown number", reason(result),
                body->length);
}

/* Writes what has come of the body. What is left over once it is complete belongs to nobody. */
static enum http_progress write_pieces(struct exchange *exchange) {
    enum http_progress progress = HTTP_MORE;
    size_t used = 0;
    while (progress == HTTP_MORE && used < exchange->length) {
        struct http_piece piece;
        progress = http_body_feed(&exchange->body, exchange->octets + used, exchange->length - used, &piece);
        if (progress != HTTP_REFUSED) {
            fwrite(piece.data, 1, piece.length, exchange->out);
            used += piece.used;
        }
    }
    exchange->length = 0;
    return progress;
}

/* True: the body is complete, or it cannot be written, which close_output() will say. */
static bool take_body(struct exchange *exchange, enum http_progress progress) {
    while (progress == HTTP_MORE) {
        ptrdiff_t result = exchange->length > 0 ? 1 : receive(exchange);
        if (result <= 0) {
            return (result == 0 && http_body_ended(&exchange->body)) || incomplete(&exchange->body, result);
        }
        progress = write_pieces(exchange);
        if (ferror(exchange->out)) {
            return true;
        }
    }
    return progress == HTTP_DONE || not_http(exchange->body.refusal);
}

static bool take_answer(struct exchange *exchange) {
    if (!take_head(exchange)) {
        return false;
    }
    enum http_progress progress = http_body_of_response(&exchange->body, &exchange->head, exchange->octets, &limits,
                                                        exchange->fetch->head);
    if (progress == HTTP_REFUSED) {
        return not_http(exchange->body.refusal);
    }
    use(exchange, exchange->head.length);
    if (!open_output(exchange)) {
        return false;
    }
    bool complete = take_body(exchange, progress);
    return close_output(exchange) && complete;
}

/* ---- the end ---- */

/* An exchange that failed has nothing to wait for: RST, which one turn of the loop sends. */
static void give_up(struct exchange *exchange) {
    lucid_abort(lucid_host_stack(exchange->host), exchange->fd);
    lucid_host_step(exchange->host, 0);
}

/* FIN first, then whatever the server may still send, up to its FIN: closing over unread octets would be RST, and so is
 * the end for a server that does not end its side in time. */
static void close_first(struct exchange *exchange) {
    struct lucid_stack *stack = lucid_host_stack(exchange->host);
    lucid_time begun = lucid_host_now();
    ptrdiff_t result;
    lucid_shutdown(stack, exchange->fd, LUCID_SHUT_WR);
    do {
        exchange->length = 0;
        result = receive(exchange);
    } while (result > 0 && lucid_host_now() - begun < exchange->fetch->timeout);
    if (result != 0) {
        give_up(exchange);
        return;
    }
    lucid_close(stack, exchange->fd);
    lucid_host_drain(exchange->host, false, exchange->fetch->timeout);
}

bool fetch_run(const struct fetch *fetch, struct lucid_host *host) {
    static struct exchange exchange; /* too large for a stack */
    exchange = (struct exchange){.fetch = fetch, .host = host};
    exchange.fd = lucid_host_connect(host, &fetch->url.remote, fetch->timeout);
    if (exchange.fd < 0) {
        return connect_failed(&exchange, exchange.fd);
    }
    if (!ask(&exchange) || !take_answer(&exchange)) {
        give_up(&exchange);
        return false;
    }
    close_first(&exchange);
    return exchange.head.status < 400 ||
           fail("the server answered %u %s", exchange.head.status, http_status_phrase(exchange.head.status));
}
