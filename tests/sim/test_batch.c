/* test_batch.c: segments that the host hands over in one batch have one ACK for each connection (RFC 9293 MUST-58,
 * MUST-59), unless a quarter of the window is used up before: then the stack asks for output. docs/decisions/0140.
 */
#include "sim/rig.h"
#include "unit/unit.h"

enum { PEERS = 3, WINDOW = 40000 };

static struct rig rig;
static struct rig_peer peer[PEERS];

static void narrow(struct lucid_config *config) {
    config->rcvbuf = WINDOW;
    config->window_scale = false;
}

static void setup(void) {
    rig_open(&rig, narrow);
    for (unsigned i = 0; i < PEERS; i++) {
        rig_connect(&rig, &peer[i], i);
    }
}

static void teardown(void) {
    rig_close(&rig);
}

static void send_segment(struct rig_peer *from) {
    struct rig_segment segment = {.seq = from->seq, .ack = from->ack, .flags = LUCID_ACK, .payload = RIG_MSS};
    rig_segment(&rig, from, &segment);
    from->seq += RIG_MSS;
}

START_TEST(a_batch_has_one_ack_for_each_connection) {
    for (unsigned i = 0; i < 7; i++) {
        for (unsigned k = 0; k < PEERS; k++) {
            send_segment(&peer[k]);
        }
    }
    for (unsigned k = 0; k < PEERS; k++) {
        ck_assert_uint_eq(rig_pull(&rig, 1), 1);
        ck_assert_uint_eq(rig.left.flags, LUCID_ACK);
        ck_assert_uint_eq(rig.left.ack, peer[k].seq);
    }
    ck_assert_uint_eq(rig_pull(&rig, 1), 0);
}
END_TEST

/* Of what the latest ACK promised. */
START_TEST(a_quarter_of_the_window_asks_for_output) {
    for (unsigned round = 0; round < 3; round++) {
        char octets[WINDOW];
        uint32_t begin = peer[0].seq, promised = round == 0 ? WINDOW : rig.left.window;
        while (peer[0].seq - begin < promised / 4) {
            ck_assert(!lucid_output_pressing(rig.stack));
            send_segment(&peer[0]);
        }
        ck_assert(lucid_output_pressing(rig.stack));
        ck_assert_uint_eq(rig_pull(&rig, UINT32_MAX), 1);
        ck_assert_uint_eq(rig.left.ack, peer[0].seq);
        ck_assert(!lucid_output_pressing(rig.stack));
        if (round == 1) {
            ck_assert_int_gt(lucid_recv(rig.stack, peer[0].fd, octets, sizeof octets, 0), 0);
            rig_pull(&rig, UINT32_MAX);
        }
    }
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("batch", &tests);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, a_batch_has_one_ack_for_each_connection);
    tcase_add_test(tests, a_quarter_of_the_window_asks_for_output);
    return unit_run(suite);
}
