/* test_turn.c: a turn of the host's loop: the time of all that happens in it, and what is called when its events are
 * over. lucid/host.h.
 */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
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

static void take_all(struct lucid_host *from, const struct lucid_ready *ready, void *user) {
    static char octets[1 << 20];
    (void)user;
    while (lucid_recv(lucid_host_stack(from), ready->fd, octets, sizeof octets, 0) > 0) {
    }
}

static unsigned turns; /* that had events */

static void count_event(struct lucid_host *from, const struct lucid_ready *ready, void *user) {
    seen.events++;
    take_all(from, ready, user);
}

static void count_turn(struct lucid_host *from, void *user) {
    (void)from, (void)user;
    turns += seen.events > 0;
    seen.batches += seen.events;
    seen.events = 0;
}

static void on_timer(struct lucid_host *from, void *user) {
    (void)from, (void)user;
}

/* Steps until so many events have come in all; what else the kernel sends on a new device has turns, too. */
static void step_until(unsigned events) {
    for (unsigned i = 0; i < 100 && seen.batches < events; i++) {
        ck_assert_int_eq(lucid_host_step(host, LUCID_SECOND), 0);
    }
    ck_assert_uint_eq(seen.batches, events);
}

/* Octets from both clients lie in the device when the next turn begins. */
static void both_write(const int client[2]) {
    ck_assert_int_eq(write(client[0], "x", 1), 1);
    ck_assert_int_eq(write(client[1], "x", 1), 1);
}

/* After many turns with one packet each the device is not asked for a second one; if there is one, it comes in the next
 * turn. But when a timer is due, the device is read empty first, as always. */
START_TEST(one_packet_at_a_time) {
    struct lucid_host_options options;
    const int on = 1;
    int client[2];
    kernel_private_network();
    lucid_host_defaults(&options);
    host = kernel_open_host(&options);
    int listener = lucid_host_listen(host, NULL, PORT, 2);
    for (unsigned i = 0; i < 2; i++) {
        client[i] = kernel_connect("10.77.0.2", PORT);
        ck_assert_int_eq(setsockopt(client[i], IPPROTO_TCP, TCP_NODELAY, &on, sizeof on), 0);
        ck_assert_int_gt(lucid_host_accept(host, listener, NULL, LUCID_SECOND), 0);
    }
    kernel_turn(host, 10 * MS);
    lucid_host_set_callbacks(host, &(struct lucid_host_callbacks){.event = count_event, .batch = count_turn});
    ck_assert_int_eq(lucid_host_step(host, 0), 0);
    seen.batches = turns = 0;
    for (unsigned i = 1; i <= 9; i++) {
        ck_assert_int_eq(write(client[0], "x", 1), 1);
        step_until(i);
    }
    both_write(client);
    step_until(11);
    ck_assert_uint_eq(turns, 11);
    both_write(client);
    ck_assert_int_ge(lucid_host_timer(host, lucid_host_now(), on_timer, NULL), 0);
    step_until(13);
    ck_assert_uint_eq(turns, 12);
    close(client[0]);
    close(client[1]);
    lucid_host_close(host);
}
END_TEST

/* A whole window lies in the device, and is read in four turns, each of which acknowledges: at a quarter of it the host
 * reads no more before the stack has sent. docs/decisions/0140. */
START_TEST(a_window_is_read_in_quarters) {
    enum { WINDOW = 1 << 20, TOTAL = 8 * WINDOW };
    static uint8_t data[TOTAL];
    struct lucid_host_options options;
    struct lucid_stats stats;
    uint64_t before = 0, most = 0;
    kernel_private_network();
    lucid_host_defaults(&options);
    options.config.rcvbuf = options.config.rcvbuf_max = WINDOW;
    host = kernel_open_host(&options);
    int listener = lucid_host_listen(host, NULL, PORT, 1);
    int client = kernel_connect("10.77.0.2", PORT);
    ck_assert_int_gt(lucid_host_accept(host, listener, NULL, LUCID_SECOND), 0);
    lucid_host_set_callbacks(host, &(struct lucid_host_callbacks){.event = take_all});
    for (size_t sent = 0; before < TOTAL; before = stats.tcp_octets_in) {
        ssize_t n = write(client, data, TOTAL - sent);
        sent += n > 0 ? (size_t)n : 0;
        ck_assert_int_eq(lucid_host_step(host, LUCID_SECOND), 0);
        lucid_stats(lucid_host_stack(host), &stats);
        most = stats.tcp_octets_in - before > most ? stats.tcp_octets_in - before : most;
    }
    ck_assert_uint_ge(most, WINDOW / 8);
    ck_assert_uint_le(most, WINDOW / 4 + LUCID_PACKET_MAX);
    close(client);
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
    tcase_add_test(tests, one_packet_at_a_time);
    tcase_add_test(tests, a_window_is_read_in_quarters);
    return unit_run(suite);
}
