/* test_turn.c: a turn of the host's loop: the time of all that happens in it, and what is called when its events are
 * over. lucid/host.h.
 */
#include <unistd.h>

#include "net/kernel.h"
#include "unit/unit.h"

#define MS LUCID_MILLISECOND
#define PORT 8080

enum { CLIENTS = 8 };

static struct lucid_host *host;

static struct {
    unsigned events, largest, batches; /* events of this batch, of the largest one; batches */
    lucid_time now;                    /* of the latest event */
} seen;

/* It takes longer than the clock needs to go on. */
static void on_event(struct lucid_host *from, const struct lucid_ready *ready, void *user) {
    (void)ready, (void)user;
    lucid_time now = lucid_host_time(from);
    ck_assert(now <= lucid_host_now());
    ck_assert(seen.events == 0 ? now >= seen.now : now == seen.now);
    seen.now = now;
    seen.events++;
    usleep(1000);
}

static void on_batch(struct lucid_host *from, void *user) {
    (void)user;
    seen.batches++;
    seen.largest = seen.events > seen.largest ? seen.events : seen.largest;
    ck_assert(seen.events == 0 || lucid_host_time(from) == seen.now);
    seen.events = 0;
}

/* All events of a turn have one time, however long they take, and the next turn has a later one. */
START_TEST(a_turn_has_one_time) {
    struct lucid_host_options options;
    int client[CLIENTS];
    kernel_private_network();
    lucid_host_defaults(&options);
    host = kernel_open_host(&options);
    lucid_host_set_callbacks(host, &(struct lucid_host_callbacks){.event = on_event, .batch = on_batch});
    int listener = lucid_host_listen(host, NULL, PORT, CLIENTS);
    for (unsigned i = 0; i < CLIENTS; i++) {
        client[i] = kernel_connect("10.77.0.2", PORT);
        kernel_turn(host, 10 * MS);
        ck_assert_int_ge(lucid_accept(lucid_host_stack(host), listener, NULL), 0);
    }
    lucid_time before = seen.now;
    for (unsigned i = 0; i < CLIENTS; i++) {
        ck_assert_int_eq(write(client[i], "x", 1), 1);
    }
    kernel_turn(host, 20 * MS);
    ck_assert_uint_eq(seen.largest, CLIENTS);
    ck_assert_uint_gt(seen.batches, CLIENTS);
    ck_assert(seen.now > before);
    for (unsigned i = 0; i < CLIENTS; i++) {
        close(client[i]);
    }
    lucid_host_close(host);
}
END_TEST

int main(void) {
    TCase *tests;
    if (!kernel_can_test("a turn of the loop")) {
        return 0;
    }
    Suite *suite = unit_suite("turn", &tests);
    tcase_add_test(tests, a_turn_has_one_time);
    return unit_run(suite);
}
