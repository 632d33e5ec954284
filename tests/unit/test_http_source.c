/* test_http_source.c: bodies of answers: pieces lent to a transport that takes what it likes, and gives it back when
 * it likes.
 *
 * Each source is emptied into transports that behave in every way that stream.h allows; the octets that were lent
 * must be right when they are lent and still right when they come back, every piece must come back once, and the
 * source must end once, after that.
 */
#include "http/http_file.h"
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

/* ---- a transport ---- */

enum { LOANS = 4096 };

struct loan {
    const uint8_t *data;
    size_t length, offset; /* offset: in the stream */
    stream_release *release;
    void *argument;
};

struct sink {
    struct transport base;
    uint64_t state;
    size_t most;   /* octets taken at one time; 0: all */
    bool at_once;  /* give back before lend() returns */
    unsigned full; /* one call in so many is -LUCID_EAGAIN; 0: none */
    const uint8_t *expected;
    size_t length;
    struct loan loan[LOANS];
    unsigned loans;
    size_t moved;
    bool gone;
};

static ptrdiff_t sink_lend(struct transport *transport, int fd, const void *data, size_t length,
                           stream_release *release, void *argument) {
    struct sink *sink = (struct sink *)(void *)transport;
    (void)fd;
    EXPECT(length > 0);
    if (sink->full > 0 && draw_below(&sink->state, sink->full) == 0) {
        return -LUCID_EAGAIN;
    }
    size_t taken = sink->most > 0 ? 1 + draw_below(&sink->state, (uint32_t)sink->most) : length;
    taken = taken < length ? taken : length;
    EXPECT(memcmp(data, sink->expected + sink->length, taken) == 0);
    if (sink->at_once) {
        release(argument, data, taken);
    } else {
        EXPECT(sink->loans < LOANS);
        sink->loan[sink->loans++] = (struct loan){data, taken, sink->length, release, argument};
    }
    sink->length += taken;
    return (ptrdiff_t)taken;
}

/* Gives back one of the loans: the oldest, or any. */
static void give_back(struct sink *sink, bool any) {
    unsigned i = any ? draw_below(&sink->state, sink->loans) : 0;
    struct loan loan = sink->loan[i];
    EXPECT(memcmp(loan.data, sink->expected + loan.offset, loan.length) == 0);
    memmove(&sink->loan[i], &sink->loan[i + 1], (sink->loans - i - 1) * sizeof sink->loan[0]);
    sink->loans--;
    loan.release(loan.argument, loan.data, loan.length);
}

static void moved(void *user, size_t octets) {
    struct sink *sink = user;
    sink->moved += octets;
    EXPECT(!sink->gone);
    sink->gone = octets == 0;
}

static struct sink *sink_new(const void *expected, uint64_t seed) {
    static const struct stream_ops ops = {.lend = sink_lend};
    struct sink *sink = calloc(1, sizeof *sink);
    sink->base.ops = &ops;
    sink->expected = expected;
    sink->state = seed;
    return sink;
}

static void watch(struct sink *sink, struct http_source *source) {
    source->moved = moved;
    source->user = sink;
}

/* Takes the whole body; returns what the source said last. */
static ptrdiff_t take_all(struct sink *sink, struct http_source *source) {
    for (;;) {
        ptrdiff_t n = http_source_lend(source, &sink->base, 3);
        if (n == 0 || (n < 0 && n != -LUCID_EAGAIN)) {
            return n;
        }
        while (sink->loans > 0 && draw_below(&sink->state, 4) == 0) {
            give_back(sink, sink->full > 0);
        }
    }
}

/* All that is lent comes back after the source was ended; it must be gone then, and not before. */
static void finish(struct sink *sink, struct http_source *source) {
    http_source_end(source);
    while (sink->loans > 0) {
        EXPECT(!sink->gone);
        give_back(sink, true);
    }
    ck_assert(sink->gone);
    free(sink);
}

/* ---- bodies ---- */

enum { LENGTH = 1000003 };

static uint8_t *body;
static char path[] = "/tmp/lucid-source-XXXXXX";
static struct http_files mapped = TAILQ_HEAD_INITIALIZER(mapped);
static struct http_budget budget = {.limit = 64 << 20};

static void setup(void) {
    uint64_t state = 9;
    body = malloc(LENGTH);
    for (size_t i = 0; i < LENGTH; i++) {
        body[i] = (uint8_t)draw(&state);
    }
    int fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, body, LENGTH), LENGTH);
    close(fd);
}

static void teardown(void) {
    ck_assert_uint_eq(budget.used, 0);
    ck_assert(TAILQ_EMPTY(&mapped));
    unlink(path);
    free(body);
}

static struct http_source *file_of(size_t size) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ck_assert_int_ge(fd, 0);
    const struct stat stat = {.st_size = (off_t)size};
    const struct http_file_part part = {.end = size};
    const struct http_file_parts parts = {&part, 1, NULL};
    struct http_opened *opened = http_opened_new(fd, &stat, 0, &mapped, &budget);
    ck_assert_ptr_nonnull(opened);
    struct http_source *source = http_file_source(opened, &parts, &budget);
    ck_assert_ptr_nonnull(source);
    http_opened_drop(opened);
    return source;
}

static struct http_source *text_of(size_t size) {
    struct text text = text_growing();
    text_put_octets(&text, body, size);
    ck_assert(http_budget_take(&budget, text.capacity));
    struct http_source *source = http_source_text(&text, &budget, text.capacity);
    ck_assert_ptr_null(text.data);
    return source;
}

enum kind { CONSTANT, TEXT, FILE_MAPPED, FILE_READ, KINDS };

/* With somebody who writes, *writer, no lease is given and the file is read. */
static struct http_source *make(enum kind kind, size_t size, int *writer) {
    switch (kind) {
    case CONSTANT:
        return http_source_constant(body, size);
    case TEXT:
        return text_of(size);
    case FILE_READ:
        *writer = open(path, O_WRONLY | O_CLOEXEC);
        break;
    case FILE_MAPPED:
    case KINDS:
        break;
    }
    return file_of(size);
}

/* Every kind of body, every length that matters, every kind of transport. */
START_TEST(bodies_arrive) {
    static const size_t sizes[] = {1, 4095, 65535, 65536, 65537, 131072, 200000, LENGTH};
    for (enum kind kind = 0; kind < KINDS; kind++) {
        for (unsigned i = 0; i < 8 * (sizeof sizes / sizeof sizes[0]); i++) {
            int writer = -1;
            size_t size = sizes[i / 8];
            struct http_source *source = make(kind, size, &writer);
            bool leased = kind == FILE_MAPPED && size > HTTP_PIECE;
            ck_assert_msg(!TAILQ_EMPTY(&mapped) == leased, "kind %u, %zu octets", kind, size);
            struct sink *sink = sink_new(body, i + 1);
            sink->most = i & 1 ? 70000 : 0;
            sink->full = i & 2 ? 3 : 0;
            sink->at_once = i & 4;
            watch(sink, source);
            ck_assert_int_eq(take_all(sink, source), 0);
            ck_assert_uint_eq(sink->length, size);
            ck_assert_int_eq(http_source_lend(source, &sink->base, 3), 0);
            finish(sink, source);
            close(writer);
        }
    }
}
END_TEST

/* The connection goes in the middle: what is lent stays good until it has come back. */
START_TEST(an_end_in_the_middle) {
    for (enum kind kind = 0; kind < KINDS; kind++) {
        for (unsigned round = 0; round < 20; round++) {
            int writer = -1;
            struct http_source *source = make(kind, LENGTH, &writer);
            struct sink *sink = sink_new(body, round);
            sink->most = 40000;
            watch(sink, source);
            for (unsigned i = 0; i < round; i++) {
                ck_assert_int_gt(http_source_lend(source, &sink->base, 3), 0);
            }
            finish(sink, source);
            close(writer);
        }
    }
}
END_TEST

/* ---- files that change ---- */

/* Does somebody who wants to write get in? */
static int open_to_write(void) {
    return open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
}

static struct http_source *lend_some(struct sink *sink, unsigned pieces) {
    struct http_source *source = file_of(LENGTH);
    ck_assert_msg(!TAILQ_EMPTY(&mapped), "no lease on %s: the file system of this folder has none", path);
    watch(sink, source);
    for (unsigned i = 0; i < pieces; i++) {
        ck_assert_int_eq(http_source_lend(source, &sink->base, 3), HTTP_PIECE);
    }
    return source;
}

/* Whoever wants to write waits until the lent pages have been copied, and then changes nothing of what is lent. */
START_TEST(writers_wait_for_the_copy) {
    struct sink *sink = sink_new(body, _i);
    struct http_source *source = lend_some(sink, 5);
    give_back(sink, false);
    give_back(sink, true); /* in the middle */
    ck_assert_int_eq(open_to_write(), -1);
    ck_assert_int_eq(errno, EWOULDBLOCK);
    http_files_yield(&mapped);
    ck_assert(TAILQ_EMPTY(&mapped));
    int fd = open_to_write();
    ck_assert_int_ge(fd, 0);
    uint8_t zeros[HTTP_PIECE] = {0};
    for (int i = 0; i < 5; i++) {
        ck_assert_int_eq(pwrite(fd, zeros, sizeof zeros, i * HTTP_PIECE), sizeof zeros);
    }
    /* the rest is read */
    ck_assert_int_eq(take_all(sink, source), 0);
    ck_assert_uint_eq(sink->length, LENGTH);
    finish(sink, source);
    close(fd);
}
END_TEST

/* The file is cut off under the answer: what is lent stays, and the rest fails; nothing reads behind the end. */
START_TEST(a_file_that_is_cut_off) {
    struct sink *sink = sink_new(body, 1);
    struct http_source *source = lend_some(sink, 5);
    ck_assert_int_eq(open_to_write(), -1);
    http_files_yield(&mapped);
    ck_assert_int_eq(truncate(path, 10), 0);
    ck_assert_int_eq(take_all(sink, source), -LUCID_EIO);
    ck_assert_uint_eq(sink->length, 5 * HTTP_PIECE);
    finish(sink, source);
}
END_TEST

START_TEST(a_file_that_is_cut_off_while_it_is_read) {
    int writer = open_to_write();
    struct http_source *source = file_of(LENGTH);
    ck_assert(TAILQ_EMPTY(&mapped));
    struct sink *sink = sink_new(body, 1);
    watch(sink, source);
    ck_assert_int_eq(http_source_lend(source, &sink->base, 3), HTTP_PIECE);
    ck_assert_int_eq(ftruncate(writer, 10), 0);
    ck_assert_int_eq(take_all(sink, source), -LUCID_EIO);
    finish(sink, source);
    close(writer);
}
END_TEST

static void count(void *user) {
    ++*(unsigned *)user;
}

/* What was lent is zeros now (http_guard.h): who lent it out is told, once, and no more comes. */
START_TEST(a_page_that_cannot_be_read) {
    unsigned told = 0;
    struct sink *sink = sink_new(body, 1);
    struct http_source *source = lend_some(sink, 3);
    void *user = source->user;
    source->broke = count;
    source->user = &told;
    TAILQ_FIRST(&mapped)->guarded.hit = true;
    http_files_yield(&mapped);
    http_files_yield(&mapped);
    source->user = user;
    ck_assert_uint_eq(told, 1);
    ck_assert(TAILQ_EMPTY(&mapped));
    ck_assert_int_eq(http_source_lend(source, &sink->base, 3), -LUCID_EIO);
    finish(sink, source);
}
END_TEST

/* Shorter than was promised from the start: between fstat() and the lease. */
START_TEST(a_file_that_is_too_short) {
    struct http_source *source = file_of(LENGTH + 1);
    ck_assert(TAILQ_EMPTY(&mapped));
    struct sink *sink = sink_new(body, 1);
    ck_assert_int_eq(take_all(sink, source), -LUCID_EIO);
    watch(sink, source);
    finish(sink, source);
}
END_TEST

/* Without anybody who wants to write, nothing is copied and the lease stays. */
START_TEST(nobody_writes) {
    struct sink *sink = sink_new(body, 1);
    struct http_source *source = lend_some(sink, 3);
    int reader = open(path, O_RDONLY | O_CLOEXEC);
    ck_assert_int_ge(reader, 0);
    http_files_yield(&mapped);
    ck_assert(!TAILQ_EMPTY(&mapped));
    ck_assert_int_eq(take_all(sink, source), 0);
    finish(sink, source);
    close(reader);
}
END_TEST

/* ---- the budget ---- */

START_TEST(what_is_read_is_charged) {
    int writer = open_to_write();
    struct http_source *source = file_of(LENGTH);
    struct sink *sink = sink_new(body, 1);
    struct http_budget saved = budget;
    watch(sink, source);
    budget.limit = 2 * HTTP_PIECE;
    ck_assert_int_eq(http_source_lend(source, &sink->base, 3), HTTP_PIECE);
    ck_assert_int_eq(http_source_lend(source, &sink->base, 3), HTTP_PIECE);
    ck_assert_int_eq(http_source_lend(source, &sink->base, 3), -LUCID_EALREADY);
    ck_assert_uint_eq(budget.used, 2 * HTTP_PIECE);
    give_back(sink, false);
    ck_assert_int_eq(http_source_lend(source, &sink->base, 3), HTTP_PIECE);
    finish(sink, source);
    ck_assert_uint_eq(budget.used, 0);
    budget = saved;
    close(writer);
}
END_TEST

START_TEST(budgets_do_not_wrap) {
    struct http_budget small = {.limit = 10};
    ck_assert(http_budget_take(&small, 10));
    ck_assert(!http_budget_take(&small, 1));
    ck_assert(!http_budget_take(&small, SIZE_MAX));
    http_budget_give(&small, 4);
    ck_assert(!http_budget_take(&small, 5));
    ck_assert(http_budget_take(&small, 4));
    small.limit = 8;
    ck_assert(!http_budget_take(&small, 1));
    ck_assert(!http_budget_take(&small, 0));
    http_budget_give(&small, 3);
    ck_assert(http_budget_take(&small, 1));
    ck_assert(!http_budget_take(&small, 1));
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("http_source", &tests);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, bodies_arrive);
    tcase_add_test(tests, an_end_in_the_middle);
    tcase_add_loop_test(tests, writers_wait_for_the_copy, 0, 8);
    tcase_add_test(tests, a_file_that_is_cut_off);
    tcase_add_test(tests, a_file_that_is_cut_off_while_it_is_read);
    tcase_add_test(tests, a_page_that_cannot_be_read);
    tcase_add_test(tests, a_file_that_is_too_short);
    tcase_add_test(tests, nobody_writes);
    tcase_add_test(tests, what_is_read_is_charged);
    tcase_add_test(tests, budgets_do_not_wrap);
    return unit_run(suite);
}
