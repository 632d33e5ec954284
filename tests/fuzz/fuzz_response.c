/* fuzz_response.c: any octets as what a server answers, to the parsers of a response and to the whole client; and as
 * the Location of a redirection.
 *
 * Input: octet 0 says what the request was and how the stream ends, octet 1 how it is cut, the stream follows. The
 * parsers read it from memory that ends with it. The client gets it whole and cut, over a transport that is an array:
 * both times the same response must come out, and the body that the parsers alone find.
 */
#include "fuzz.h"
#include "http/http_client.h"
#include "http/http_url.h"

enum { TO_HEAD = 1, RESET = 2 };

/* ---- the client, over an array ---- */

struct wire {
    struct transport base;
    const uint8_t *octets;
    size_t length, at, visible; /* octets to be read; read; that have come */
    bool reset;                 /* the stream ends by RST */
    bool open;
};

static struct wire *wire_of(struct transport *transport) {
    return (struct wire *)(void *)transport;
}

static int wire_connect(struct transport *transport, const struct lucid_sockaddr *remote) {
    (void)remote;
    wire_of(transport)->open = true;
    return 1;
}

static int wire_watch(struct transport *transport, int fd, void *data) {
    MUST(transport && fd == 1 && data);
    return 0;
}

static ptrdiff_t wire_read(struct transport *transport, int fd, void *data, size_t length) {
    struct wire *wire = wire_of(transport);
    MUST(fd == 1 && wire->open && length > 0);
    size_t count = wire->visible - wire->at;
    if (count == 0 && wire->at < wire->length) {
        return -LUCID_EAGAIN;
    }
    if (count == 0) {
        return wire->reset ? -LUCID_ECONNRESET : 0;
    }
    count = count < length ? count : length;
    memcpy(data, wire->octets + wire->at, count);
    wire->at += count;
    return (ptrdiff_t)count;
}

static ptrdiff_t wire_write(struct transport *transport, int fd, const void *data, size_t length, bool more) {
    MUST(transport && fd == 1 && data && !more);
    return (ptrdiff_t)length;
}

static void wire_close(struct transport *transport, int fd) {
    MUST(fd == 1 && wire_of(transport)->open);
    wire_of(transport)->open = false;
}

static const struct stream_ops wire_ops = {
    .connect = wire_connect,
    .watch = wire_watch,
    .read = wire_read,
    .write = wire_write,
    .close = wire_close,
    .abort = wire_close,
};

/* What came of a stream. */
struct result {
    struct http_client client;
    unsigned heads;
    uint8_t body[ROOM];
    size_t length;
};

static void on_head(void *user, const struct http_head *head, const uint8_t *octets) {
    struct result *result = user;
    result->heads++;
    MUST(head->length <= HTTP_CLIENT_ROOM && head->status >= 100 && head->status <= 999);
    for (uint32_t i = 0; i < head->field_count; i++) {
        struct http_span name = head->field[i].name, value = head->field[i].value;
        MUST(name.length > 0 && name.at + name.length <= head->length && value.at + value.length <= head->length);
        MUST(!memchr(octets + value.at, '\r', value.length) && !memchr(octets + value.at, '\n', value.length));
    }
}

static bool on_body(void *user, const uint8_t *octets, size_t length) {
    struct result *result = user;
    MUST(length > 0 && result->length + length <= sizeof result->body);
    memcpy(result->body + result->length, octets, length);
    result->length += length;
    return true;
}

/* step: octets that come at one time. */
static void run_client(struct result *result, const uint8_t *octets, size_t length, unsigned kind, size_t step) {
    struct wire wire = {.base.ops = &wire_ops, .octets = octets, .length = length, .reset = kind & RESET};
    const struct http_client_request request = {.head = "x", .head_length = 1, .is_head = kind & TO_HEAD};
    const struct http_client_calls calls = {.head = on_head, .body = on_body, .user = result};
    result->heads = 0;
    result->length = 0;
    MUST(http_client_begin(&result->client, &wire.base, &request, &calls) == 0);
    enum http_client_end end = http_client_event(&result->client, LUCID_POLLOUT);
    while (end == HTTP_CLIENT_GOES_ON) {
        size_t rest = length - wire.visible;
        MUST(rest > 0);
        wire.visible += rest < step ? rest : step;
        end = http_client_event(&result->client, LUCID_POLLIN);
    }
    MUST(!wire.open && result->client.fd == -1);
    MUST((end == HTTP_CLIENT_REFUSED) == (result->client.refusal != HTTP_REFUSED_NONE));
    MUST(result->length == result->client.body.length);
    char sentence[512];
    struct text text = text_fixed(sentence, sizeof sentence);
    http_client_say(&result->client, &text);
    MUST(text.length > 10 && !text.cut);
    result->client.request = NULL;
}

static void check_same(const struct result *a, const struct result *b) {
    MUST(a->client.end == b->client.end && a->client.refusal == b->client.refusal && a->heads == b->heads);
    MUST(a->client.status == b->client.status && a->client.interim == b->client.interim);
    MUST(a->length == b->length && memcmp(a->body, b->body, a->length) == 0);
}

/* ---- the parsers alone ---- */

/* Finds the final response by itself, if there is one, and compares. */
static void check_parsers(const struct result *result, const uint8_t *octets, size_t length, unsigned kind) {
    static const struct http_limits limits = {8192, HTTP_CLIENT_ROOM - 1, HTTP_FIELDS_MAX, UINT64_MAX};
    struct http_head head;
    struct http_body body;
    struct http_piece piece;
    size_t found = 0;
    do {
        http_head_begin(&head, HTTP_RESPONSE);
        if (http_head_feed(&head, &limits, octets, length) != HTTP_DONE || head.status == 101) {
            MUST(!result->client.head_done);
            return;
        }
        octets += head.length;
        length -= head.length;
    } while (head.status < 200);
    enum http_progress progress = http_body_of_response(&body, &head, octets - head.length, &limits, kind & TO_HEAD);
    MUST(result->client.head_done || result->client.end == HTTP_CLIENT_UNWANTED);
    while (result->client.head_done && progress == HTTP_MORE && length > 0) {
        progress = http_body_feed(&body, octets, length, &piece);
        MUST(piece.length <= piece.used && piece.used <= length && found + piece.length <= result->length);
        MUST(piece.length == 0 || memcmp(result->body + found, piece.data, piece.length) == 0);
        found += piece.length;
        octets += piece.used;
        length -= piece.used;
    }
    MUST(found == result->length);
    MUST(progress != HTTP_REFUSED || result->client.end != HTTP_CLIENT_COMPLETE);
}

/* ---- URLs ---- */

/* What was understood is a URL, and is understood in the same way again. */
static void check_url(const char *reference) {
    static struct http_url base, url, again;
    char error[HTTP_URL_ERROR] = "", text[HTTP_URL_MAX + 100];
    MUST(http_url_parse(&base, "http://10.77.0.1:81/b/c/d;p?q", error));
    if (!http_url_resolve(&url, &base, reference, error)) {
        MUST(error[0] != '\0');
        return;
    }
    MUST(url.target[0] == '/' && !strpbrk(url.target, " \r\n\t#"));
    snprintf(text, sizeof text, "http://%s%s", url.authority, url.target);
    MUST(http_url_parse(&again, text, error));
    MUST(lucid_addr_equal(&url.remote.addr, &again.remote.addr) && url.remote.port == again.remote.port);
    MUST(strcmp(url.authority, again.authority) == 0 && strcmp(url.target, again.target) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct result whole, cut;
    if (size < 2 || size - 2 >= ROOM) {
        return 0;
    }
    const uint8_t *octets = at_the_edge(data + 2, size - 2);
    size_t length = size - 2;
    run_client(&whole, octets, length, data[0], ROOM);
    run_client(&cut, octets, length, data[0], 1 + data[1] % 40u);
    check_same(&whole, &cut);
    check_parsers(&whole, octets, length, data[0]);

    char *reference = strndup((const char *)octets, length);
    MUST(reference);
    check_url(reference);
    free(reference);
    return 0;
}
