/* test_ports.c: which local port the stack chooses: one that nobody uses, as long as there is one. RFC 6056. */
#include "sim/rig.h"
#include "unit/unit.h"

enum { FIRST = 50000, PORTS = 12 };

static struct rig rig;

static void narrow(struct lucid_config *config) {
    config->port_first = FIRST;
    config->port_last = FIRST + PORTS - 1;
}

static void setup(void) {
    rig_open(&rig, narrow);
}

static void teardown(void) {
    rig_close(&rig);
}

/* A socket that is bound to a port of the stack's choice, and what bind() says. */
static int bind_any(int *fd) {
    const struct lucid_sockaddr any = {.port = 0};
    *fd = lucid_socket(rig.stack, LUCID_AF_INET, LUCID_SOCK_STREAM, 0);
    return lucid_bind(rig.stack, *fd, &any);
}

static unsigned port_of(int fd) {
    struct lucid_sockaddr local;
    ck_assert_int_eq(lucid_getsockname(rig.stack, fd, &local), 0);
    return local.port;
}

/* Though none of them listens. */
START_TEST(bound_sockets_do_not_share_a_port) {
    bool seen[PORTS] = {false};
    int fd = -1;
    for (unsigned i = 0; i < PORTS; i++) {
        ck_assert_int_eq(bind_any(&fd), 0);
        ck_assert_uint_ge(port_of(fd), FIRST);
        ck_assert_uint_lt(port_of(fd), FIRST + PORTS);
        ck_assert(!seen[port_of(fd) - FIRST]);
        seen[port_of(fd) - FIRST] = true;
    }
    int last = fd;
    unsigned port = port_of(last);
    ck_assert_int_eq(bind_any(&fd), -LUCID_EADDRINUSE);
    ck_assert_int_eq(lucid_close(rig.stack, last), 0);
    ck_assert_int_eq(bind_any(&fd), 0);
    ck_assert_uint_eq(port_of(fd), port);
}
END_TEST

START_TEST(a_connection_keeps_its_port_from_those_who_bind) {
    int fd = -1;
    for (unsigned i = 0; i < PORTS; i++) {
        ck_assert_int_eq(rig_call_out(&rig, 7), -LUCID_EINPROGRESS);
    }
    ck_assert_int_eq(bind_any(&fd), -LUCID_EADDRINUSE);
}
END_TEST

/* To each port of a peer there are as many connections as we have ports. */
START_TEST(all_ports_are_found) {
    for (uint16_t port = 7; port < 10; port++) {
        for (unsigned i = 0; i < PORTS; i++) {
            ck_assert_int_eq(rig_call_out(&rig, port), -LUCID_EINPROGRESS);
        }
        ck_assert_int_eq(rig_call_out(&rig, port), -LUCID_EADDRNOTAVAIL);
    }
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("ports", &tests);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, bound_sockets_do_not_share_a_port);
    tcase_add_test(tests, a_connection_keeps_its_port_from_those_who_bind);
    tcase_add_test(tests, all_ports_are_found);
    return unit_run(suite);
}
