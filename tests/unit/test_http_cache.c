/* test_http_cache.c: files that stay open: nobody notices, whatever is done to the files. http_cache.h.
 *
 * The clock of the server and that of the files are apart here: the files count as settled from the beginning, and the
 * server's batches come when the test says so.
 */
#include "http/http_cache.h"
#include "http/http_file.h"
#include "http/http_root.h"
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

static char base[] = "/tmp/lucid-cache-XXXXXX";
static int root;
static struct http_cache cache;
static struct http_files mapped = TAILQ_HEAD_INITIALIZER(mapped);
static struct http_budget budget = {.limit = 64 << 20};
static int64_t second; /* as the files' clock has it, in a while from now */

static const char *at(const char *name) {
    static char path[2][256];
    static unsigned turn;
    turn = 1 - turn;
    snprintf(path[turn], sizeof path[turn], "%s/%s", base, name);
    return path[turn];
}

static void put(const char *name, const char *text) {
    int fd = open(at(name), O_WRONLY | O_CREAT | O_TRUNC, 0644);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
}

static void setup(void) {
    ck_assert_ptr_nonnull(mkdtemp(base));
    ck_assert_int_eq(mkdir(at("root"), 0755), 0);
    ck_assert_int_eq(mkdir(at("root/folder"), 0755), 0);
    put("root/a", "first");
    put("root/folder/index.html", "index");
    put("secret", "secret");
    root = open(at("root"), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    second = time(NULL) + 60;
    http_cache_init(&cache);
}

static void teardown(void) {
    http_cache_clear(&cache);
    ck_assert_uint_eq(cache.count, 0);
    ck_assert_uint_eq(budget.used, 0);
    ck_assert(TAILQ_EMPTY(&mapped));
    close(root);
    char command[300];
    snprintf(command, sizeof command, "rm -rf %s", base);
    ck_assert_int_eq(system(command), 0);
    strcpy(base, "/tmp/lucid-cache-XXXXXX");
}

static struct http_path path_of(const char *name) {
    struct http_path path;
    path.length = strlen(name);
    memcpy(path.name, name, path.length + 1);
    return path;
}

/* Opens it as a request would that did not find it in the cache. */
static struct http_opened *keep(const char *name, lucid_time now) {
    struct http_path path = path_of(name);
    struct http_found found;
    ck_assert_int_eq(http_root_find(root, &path, false, &found), HTTP_REFUSED_NONE);
    struct http_opened *opened = http_opened_new(found.fd, &found.stat, second, &mapped, &budget);
    ck_assert_ptr_nonnull(opened);
    http_cache_keep(&cache, &path, strlen(name), opened, now);
    return opened;
}

static bool finds(const char *name, lucid_time now) {
    struct http_path path = path_of(name);
    struct http_opened *opened = http_cache_find(&cache, root, &path, now);
    http_opened_drop(opened);
    return opened != NULL;
}

START_TEST(a_file_is_found_again) {
    struct http_opened *opened = keep("a", 1000);
    ck_assert(finds("a", 1000) && finds("a", 2000) && finds("a", LUCID_SECOND));
    ck_assert(!finds("b", 2000) && !finds("", 2000) && !finds("a/", 2000));
    ck_assert_mem_eq(opened->copy, "first", 5);
    ck_assert_uint_eq(budget.used, 5);
    http_opened_drop(opened);
    struct http_path path = path_of("folder/");
    http_opened_drop(keep("folder/", 1000));
    opened = http_cache_find(&cache, root, &path, 3000);
    ck_assert_ptr_nonnull(opened);
    ck_assert_str_eq(path.name, "folder/index.html");
    ck_assert_uint_eq(path.length, 17);
    http_opened_drop(opened);
}
END_TEST

static void replace(void) {
    put("new", "other");
    ck_assert_int_eq(rename(at("new"), at("root/a")), 0);
}

static void overwrite(void) {
    put("root/a", "again");
}

static void append(void) {
    put("root/a", "longer");
}

static void delete (void) {
    ck_assert_int_eq(unlink(at("root/a")), 0);
}

static void lead_out(void) {
    delete ();
    ck_assert_int_eq(symlink("../secret", at("root/a")), 0);
}

static void move_out(void) {
    ck_assert_int_eq(rename(at("root/a"), at("outside")), 0);
    ck_assert_int_eq(symlink("../outside", at("root/a")), 0);
}

static void hide(void) {
    ck_assert_int_eq(chmod(at("root/a"), 0), 0);
}

/* In the same batch it is as it was looked at: the request had come by then. */
START_TEST(what_was_changed_is_looked_for) {
    static void (*const changes[])(void) = {replace, overwrite, append, delete, lead_out, move_out, hide};
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        unlink(at("root/a"));
        put("root/a", "first");
        http_opened_drop(keep("a", 1000));
        ck_assert(finds("a", 1500));
        usleep(20000); /* a tick of the file system's clock */
        changes[i]();
        ck_assert(finds("a", 1500));
        ck_assert_msg(!finds("a", 1501), "change %zu", i);
        ck_assert(!finds("a", 1501));
        ck_assert_uint_eq(cache.count, 0);
    }
}
END_TEST

/* Its times need not show the next change. */
START_TEST(what_was_changed_just_now_is_not_kept) {
    second = time(NULL);
    put("root/a", "young");
    http_opened_drop(keep("a", 1000));
    ck_assert(!finds("a", 1000));
    ck_assert_uint_eq(cache.count, 0);
}
END_TEST

/* After a second a file is opened anew, and without a request it is closed. */
START_TEST(files_get_old) {
    http_opened_drop(keep("a", 1000));
    ck_assert_uint_eq(cache.sweep_at, 1000 + LUCID_SECOND);
    ck_assert(finds("a", 999 + LUCID_SECOND));
    ck_assert(!finds("a", 1000 + LUCID_SECOND));
    http_opened_drop(keep("a", 5000));
    http_cache_sweep(&cache, 4999 + LUCID_SECOND);
    ck_assert_uint_eq(cache.count, 1);
    http_cache_sweep(&cache, cache.sweep_at);
    ck_assert_uint_eq(cache.count, 0);
    ck_assert_uint_eq(cache.sweep_at, LUCID_NEVER);
}
END_TEST

/* More names than places. */
START_TEST(places_are_few) {
    char name[40];
    for (unsigned i = 0; i < 3 * HTTP_CACHE_PLACES; i++) {
        snprintf(name, sizeof name, "root/%u", i);
        put(name, "x");
        snprintf(name, sizeof name, "%u", i);
        http_opened_drop(keep(name, 1000));
        ck_assert(finds(name, 1000));
        ck_assert_uint_le(cache.count, HTTP_CACHE_PLACES);
    }
    ck_assert_uint_gt(cache.count, HTTP_CACHE_PLACES / 2);
}
END_TEST

/* ---- one mapping for all ---- */

enum { LENGTH = 300000 };

static void put_long(uint8_t *octets) {
    uint64_t state = 4;
    for (size_t i = 0; i < LENGTH; i++) {
        octets[i] = (uint8_t)draw(&state);
    }
    int fd = open(at("root/long"), O_WRONLY | O_CREAT | O_TRUNC, 0644);
    ck_assert_int_eq(write(fd, octets, LENGTH), LENGTH);
    close(fd);
}

/* The next piece, lent until it is given back. */
static const uint8_t *lend(struct http_source *source) {
    const void *data;
    ck_assert_int_eq(source->ops->next(source, &data), HTTP_PIECE);
    source->loans++;
    return data;
}

static void give_back(struct http_source *source, const uint8_t *data) {
    source->ops->release(source, data, HTTP_PIECE);
    source->loans--;
}

/* Two answers send the same mapping, each from its own place. Who wants to write waits until what both have lent has
 * been copied, and the cache does not know the file any more. */
START_TEST(answers_share_a_mapping) {
    static uint8_t octets[LENGTH];
    const struct http_file_part whole = {.end = LENGTH}, rear = {.begin = 2 * HTTP_PIECE + 100, .end = LENGTH};
    put_long(octets);
    struct http_opened *opened = keep("long", 1000);
    ck_assert_ptr_null(opened->copy);
    struct http_source *first = http_file_source(opened, &(struct http_file_parts){&whole, 1, NULL}, &budget);
    struct http_source *second_one = http_file_source(opened, &(struct http_file_parts){&rear, 1, NULL}, &budget);
    http_opened_drop(opened);
    ck_assert_msg(!TAILQ_EMPTY(&mapped), "no lease on %s: its file system has none", base);
    ck_assert_ptr_null(TAILQ_NEXT(TAILQ_FIRST(&mapped), next));
    const uint8_t *a = lend(first), *b = lend(second_one);
    ck_assert_ptr_eq(b, a + rear.begin);
    ck_assert(finds("long", 2000));
    ck_assert_int_eq(open(at("root/long"), O_WRONLY | O_NONBLOCK | O_CLOEXEC), -1);
    ck_assert_int_eq(errno, EWOULDBLOCK);
    http_files_yield(&mapped);
    ck_assert(TAILQ_EMPTY(&mapped));
    ck_assert(!finds("long", 2000));
    ck_assert_int_eq(truncate(at("root/long"), 0), 0);
    ck_assert_mem_eq(a, octets, HTTP_PIECE);
    ck_assert_mem_eq(b, octets + rear.begin, HTTP_PIECE);
    give_back(first, a);
    give_back(second_one, b);
    http_source_end(first);
    http_source_end(second_one);
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("http_cache", &tests);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, a_file_is_found_again);
    tcase_add_test(tests, what_was_changed_is_looked_for);
    tcase_add_test(tests, what_was_changed_just_now_is_not_kept);
    tcase_add_test(tests, files_get_old);
    tcase_add_test(tests, places_are_few);
    tcase_add_test(tests, answers_share_a_mapping);
    return unit_run(suite);
}
