/* fuzz_llhttp.c: any octets as one request, to our parser and to llhttp: where does it end, what is its target, what
 * are its fields, what is its body? Two recipients that answer differently are how requests are smuggled: RFC 9112
 * 11.2, H1 to H28.
 *
 * What both take must be the same to them. What only one of them takes must be for one of the reasons below.
 */
#include "fuzz.h"
#include "harness/second_http.h"
#include "http/http_body.h"
#include "http/http_request.h"

static const struct http_limits limits = {
    .line = ROOM, .head = 2 * ROOM, .fields = HTTP_FIELDS_MAX, .body = UINT64_MAX / 2};

/* ---- ours ---- */

struct first {
    struct http_request request;
    enum http_progress progress;
    enum http_refusal refusal;
    size_t used;
    struct text body;
};

static void read_body(struct first *first, const uint8_t *octets, size_t length) {
    struct http_body body;
    first->progress = http_body_of_request(&body, &first->request.head, octets, &limits);
    while (first->progress == HTTP_MORE && first->used < length) {
        struct http_piece piece;
        first->progress = http_body_feed(&body, octets + first->used, length - first->used, &piece);
        text_put_octets(&first->body, piece.data, piece.length);
        first->used += piece.used;
    }
    first->refusal = body.refusal;
}

static void read_first(struct first *first, const uint8_t *octets, size_t length) {
    struct http_head *head = &first->request.head;
    first->used = 0;
    first->body = text_growing();
    http_head_begin(head, HTTP_REQUEST);
    first->progress = http_head_feed(head, &limits, octets, length);
    first->refusal = head->refusal;
    if (first->progress != HTTP_DONE) {
        return;
    }
    first->used = head->length;
    first->refusal = http_request_read(&first->request, octets);
    if (first->refusal != HTTP_REFUSED_NONE) {
        first->progress = HTTP_REFUSED;
        return;
    }
    read_body(first, octets, length);
}

/* ---- where they may differ ---- */

/* Refused by us, and taken by llhttp. */
static const struct {
    enum http_refusal refusal;
    const char *why;
} ours_alone[] = {
    {HTTP_REFUSED_EMPTY_LINE, "it skips any number of empty lines"},
    {HTTP_REFUSED_BARE_CR, "it skips CR before the request line"},
    {HTTP_REFUSED_BARE_LF, "it takes LF for the end of a line, as RFC 9112 2.2 allows"},
    {HTTP_REFUSED_TARGET, "it takes a fragment, which RFC 9112 3.2 does not have, and octets above 127"},
    {HTTP_REFUSED_LINE_PARTS, "it skips spaces before the target and the version"},
    {HTTP_REFUSED_VERSION_MAJOR, "it takes HTTP/0.9 and HTTP/2.0"},
    {HTTP_REFUSED_FIELD_FOLDED, "it unfolds, as RFC 9112 5.2 allows"},
    {HTTP_REFUSED_FIELD_NAME, "it takes an empty name"},
    {HTTP_REFUSED_FIELDS_MANY, "it stores none, so it has no limit"},
    {HTTP_REFUSED_HOST_MISSING, "it does not look at Host"},
    {HTTP_REFUSED_HOST_TWICE, "the same"},
    {HTTP_REFUSED_HOST, "the same"},
    {HTTP_REFUSED_FORM, "it does not ask which form of target belongs to which method"},
    {HTTP_REFUSED_METHOD_UNKNOWN, "it knows methods of WebDAV and others"},
    {HTTP_REFUSED_LENGTH_AND_CODING, "it overlooks an empty Transfer-Encoding"},
    {HTTP_REFUSED_CODING_EMPTY, "the same; and it ignores empty elements, as RFC 9110 5.6.1.2 does: decision 0098"},
    {HTTP_REFUSED_CODING_LAST, "it looks at the last coding only"},
    {HTTP_REFUSED_CODING_UNKNOWN, "the same: what the others are is its caller's matter"},
    {HTTP_REFUSED_CODING_OLD, "it does not ask whether HTTP/1.0 has transfer codings"},
    {HTTP_REFUSED_EXPECTATION, "it does not look at Expect"},
    {HTTP_REFUSED_CHUNK_EXTENSION, "it checks their grammar loosely"},
    {HTTP_REFUSED_CHUNK_TRAILER, "it takes trailers for fields, and folds, too"},
};

static bool may_refuse_alone(enum http_refusal refusal) {
    for (size_t i = 0; i < sizeof ours_alone / sizeof ours_alone[0]; i++) {
        if (ours_alone[i].refusal == refusal) {
            return true;
        }
    }
    fprintf(stderr, "only we refuse: %s\n", http_reason(refusal)->sentence);
    return false;
}

static bool has_octet(const uint8_t *octets, size_t length, char octet) {
    return length > 0 && memchr(octets, octet, length);
}

/* Taken by us, and refused by llhttp. */
static bool may_take_alone(const struct first *first, const uint8_t *octets, const char *error) {
    const struct http_head *head = &first->request.head;
    bool chunked = http_head_find(head, octets, "Transfer-Encoding", 0) < head->field_count;
    bool tab = has_octet(octets, head->length, '\t');
    const struct {
        const char *error;
        bool may;
    } theirs_alone[] = {
        /* RFC 9112 2.3: a later minor version is spoken to as the latest that we know. */
        {"HPE_INVALID_VERSION", head->minor > 1},
        /* RFC 9110 5.6.3: white space around a value may be a tab. */
        {"HPE_INVALID_CONTENT_LENGTH", tab || chunked},
        /* RFC 9112 7.1.2: a trailer field is not merged into the head, whatever it is called. */
        {"HPE_UNEXPECTED_CONTENT_LENGTH", chunked},
        {"HPE_INVALID_TRANSFER_ENCODING", tab || chunked},
        /* RFC 9112 7.1.1: white space, and quoted strings with escapes, in chunk extensions. */
        {"HPE_INVALID_CHUNK_SIZE", chunked},
        {"HPE_STRICT", chunked},
    };
    for (size_t i = 0; i < sizeof theirs_alone / sizeof theirs_alone[0]; i++) {
        if (strcmp(error, theirs_alone[i].error) == 0 && theirs_alone[i].may) {
            return true;
        }
    }
    fprintf(stderr, "only llhttp refuses: %s\n", error);
    return false;
}

static bool same_text(const struct text *a, const void *octets, size_t length) {
    return a->length == length && (length == 0 || memcmp(a->data, octets, length) == 0);
}

/* Both take it: it is the same. */
static void check_same(const struct first *first, const struct second_http *second, const uint8_t *octets) {
    const struct http_head *head = &first->request.head;
    struct text fields = text_growing();
    for (uint32_t i = 0; i < head->field_count; i++) {
        text_put_octets(&fields, octets + head->field[i].name.at, head->field[i].name.length);
        text_put(&fields, ":");
        text_put_octets(&fields, octets + head->field[i].value.at, head->field[i].value.length);
        text_put(&fields, "\n");
    }
    /* To it, what follows CONNECT is the tunnel's; to us, the connection ends there. */
    MUST(first->used == second->used || first->request.method == HTTP_CONNECT);
    MUST(http_span_is(octets, head->method, second->method));
    MUST(same_text(&second->target, octets + head->target.at, head->target.length));
    MUST(same_text(&second->fields, fields.data, fields.length));
    MUST(same_text(&second->body, first->body.data, first->body.length) || first->request.method == HTTP_CONNECT);
    text_free(&fields);
}

static void compare(const struct first *first, const struct second_http *second, const uint8_t *octets) {
    if (first->progress == HTTP_DONE && second->progress == SECOND_DONE) {
        check_same(first, second, octets);
    } else if (first->progress == HTTP_DONE) {
        MUST(may_take_alone(first, octets, second->progress == SECOND_MORE ? "MORE" : second->error));
    } else if (second->progress == SECOND_DONE && first->progress == HTTP_REFUSED) {
        MUST(may_refuse_alone(first->refusal));
    } else if (second->progress == SECOND_DONE) {
        MUST(first->request.method == HTTP_CONNECT);
    }
}

int LLVMFuzzerInitialize(int *count, char ***arguments);

int LLVMFuzzerInitialize(int *count, char ***arguments) {
    (void)count, (void)arguments;
    if (!second_http_is_there()) {
        fprintf(stderr, "skip fuzz_llhttp: node-llhttp is not installed\n");
        exit(0);
    }
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct first first;
    struct second_http second;
    if (size > ROOM) {
        return 0;
    }
    const uint8_t *octets = at_the_edge(data, size);
    read_first(&first, octets, size);
    second_http_read(&second, octets, size);
    compare(&first, &second, octets);
    text_free(&first.body);
    second_http_free(&second);
    return 0;
}
