/* test_http_guard.c: pages that a file does not have any more. http_guard.h. */
#include "http/http_guard.h"
#include "unit.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

static char name[] = "/tmp/lucid-guard-XXXXXX";
static int file;
static size_t page;

static void setup(void) {
    page = (size_t)sysconf(_SC_PAGESIZE);
    file = mkstemp(name);
    ck_assert_int_ge(file, 0);
    for (size_t i = 0; i < 4 * page; i++) {
        ck_assert_int_eq(write(file, "x", 1), 1);
    }
    ck_assert_int_eq(http_guard_install(), 0);
}

static void teardown(void) {
    close(file);
    unlink(name);
    memcpy(name + strlen(name) - 6, "XXXXXX", 6);
}

/* The last of them is part of a page. */
static uint8_t *map(void) {
    void *at = mmap(NULL, 4 * page, PROT_READ, MAP_SHARED, file, 0);
    ck_assert_ptr_ne(at, MAP_FAILED);
    return at;
}

static uint8_t touch(const uint8_t *at) {
    return *(const volatile uint8_t *)at;
}

START_TEST(a_file_that_is_cut_off) {
    struct http_guarded other = {.map = map(), .length = 4 * page};
    struct http_guarded guarded = {.map = map(), .length = 4 * page};
    http_guard_add(&guarded);
    http_guard_add(&other);
    ck_assert_int_eq(touch(guarded.map + 3 * page), 'x');
    ck_assert(!guarded.hit);
    ck_assert_int_eq(ftruncate(file, (off_t)page), 0);
    ck_assert_int_eq(touch(guarded.map + page - 1), 'x');
    ck_assert(!guarded.hit);
    ck_assert_int_eq(touch(guarded.map + 2 * page + 5), 0);
    ck_assert(guarded.hit && !other.hit);
    ck_assert_int_eq(touch(guarded.map + 3 * page), 0);
    ck_assert_int_eq(touch(guarded.map + page), 0);
    ck_assert_int_eq(touch(guarded.map), 'x');
    ck_assert_int_eq(touch(other.map + 4 * page - 1), 0);
    ck_assert(other.hit);
    http_guard_remove(&guarded);
    http_guard_remove(&other);
    munmap(guarded.map, 4 * page);
    munmap(other.map, 4 * page);
}
END_TEST

static void *in_a_thread(void *user) {
    struct http_guarded *others = user, guarded = {.map = map(), .length = 4 * page};
    http_guard_add(&guarded);
    ck_assert_ptr_null(guarded.next.le_next); /* it is the only one */
    ck_assert_int_eq(touch(guarded.map + 2 * page), 0);
    ck_assert(guarded.hit && !others->hit);
    http_guard_remove(&guarded);
    munmap(guarded.map, 4 * page);
    return NULL;
}

/* Each thread has its own, and nobody touches another's list. */
START_TEST(threads_have_lists_of_their_own) {
    struct http_guarded guarded = {.map = map(), .length = 4 * page};
    pthread_t thread;
    http_guard_add(&guarded);
    ck_assert_int_eq(ftruncate(file, (off_t)page), 0);
    ck_assert_int_eq(pthread_create(&thread, NULL, in_a_thread, &guarded), 0);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    ck_assert_int_eq(touch(guarded.map + 2 * page), 0);
    ck_assert(guarded.hit);
    http_guard_remove(&guarded);
    munmap(guarded.map, 4 * page);
}
END_TEST

/* What is not looked after ends the program, and says why. */
START_TEST(what_is_not_guarded) {
    struct http_guarded guarded = {.map = map(), .length = 4 * page};
    http_guard_add(&guarded);
    http_guard_remove(&guarded);
    ck_assert_int_eq(ftruncate(file, (off_t)page), 0);
    unlink(name);
    touch(guarded.map + 2 * page);
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("http_guard", &tests);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, a_file_that_is_cut_off);
    tcase_add_test(tests, threads_have_lists_of_their_own);
    tcase_add_test_raise_signal(tests, what_is_not_guarded, SIGBUS);
    return unit_run(suite);
}
