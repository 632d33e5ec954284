/* walk_calls.c: the calls of RFC 9293 3.10.1 to 3.10.6 in every scene, and then another one. See test_walk.c. */
#include <stdio.h>

#include "fsm/walk.h"
#include "unit/unit.h"

/* ---- what is called ---- */

static void send_some(struct stage *stage) {
    stage_send(stage, 10);
}

/* More than the send queue has room for. */
static void send_much(struct stage *stage) {
    stage_send(stage, 4096);
}

static void receive_one(struct stage *stage) {
    stage_receive(stage, 1);
}

static void receive_all(struct stage *stage) {
    stage_receive(stage, 4096);
}

/* STATUS, 3.10.6. */
static void status(struct stage *stage) {
    struct lucid_tcp_info info;
    size_t length = sizeof info;
    unsigned state = stage->model.state == LUCID_LISTEN ? LUCID_CLOSED : stage->model.state;
    int result = lucid_getsockopt(stage->stack, stage->fd, LUCID_IPPROTO_TCP, LUCID_TCP_INFO, &info, &length);
    if (result != 0 || info.state != state) {
        stage_wrong(stage, "STATUS returns %d and %s", result, lucid_state_name(info.state));
    }
}

static const struct call {
    const char *name;
    void (*make)(struct stage *stage);
} calls[] = {
    {"connect", stage_connect},
    {"send", send_some},
    {"send of more than fits", send_much},
    {"recv of one octet", receive_one},
    {"recv", receive_all},
    {"shutdown of writing", stage_shutdown_write},
    {"shutdown of reading", stage_shutdown_read},
    {"status", status},
    {"close", stage_close_handle},
    {"abort", stage_abort},
};

#define CALLS (sizeof calls / sizeof calls[0])

static void play(struct stage *stage, const struct stage *before, const struct scene *scene, unsigned first,
                 unsigned second) {
    stage_restore(stage, before);
    calls[first].make(stage);
    if (stage->fd) { /* the first call may have given the handle back */
        calls[second].make(stage);
    }
    stage_aftermath(stage);
    walk->calls++;
    ck_assert_msg(stage->wrong[0] == '\0', "%s: %s, then %s: %s", scene->name, calls[first].name, calls[second].name,
                  stage->wrong);
}

START_TEST(calls_in_every_state) {
    struct stage stage, before;
    const struct scene *scene = &scenes[_i];
    walk_begin(&stage, &before, &walk_usual, scene);
    for (unsigned i = 0; i < CALLS * CALLS && stage.fd; i++) {
        play(&stage, &before, scene, i / CALLS, i % CALLS);
        stage.fd = before.fd;
    }
    walk_end(&stage, &before);
}
END_TEST

/* ---- CLOSED and LISTEN, where a handle is no connection yet ---- */

static void expect(const char *call, long is, long should) {
    ck_assert_msg(is == should, "%s returns %ld, not %ld", call, is, should);
}

static void expect_no_connection(struct stage *stage, int fd) {
    char octet = 0;
    struct lucid_sockaddr peer;
    expect("send", lucid_send(stage->stack, fd, &octet, 1, 0), -LUCID_ENOTCONN);
    expect("recv", lucid_recv(stage->stack, fd, &octet, 1, 0), -LUCID_ENOTCONN);
    expect("shutdown", lucid_shutdown(stage->stack, fd, LUCID_SHUT_WR), -LUCID_ENOTCONN);
    expect("getpeername", lucid_getpeername(stage->stack, fd, &peer), -LUCID_ENOTCONN);
}

/* "error: connection does not exist" */
START_TEST(calls_in_closed) {
    struct stage stage;
    stage_open(&stage, &walk_usual);
    int fd = lucid_socket(stage.stack, LUCID_AF_UNSPEC, LUCID_SOCK_STREAM, 0);
    expect_no_connection(&stage, fd);
    expect("accept", lucid_accept(stage.stack, fd, NULL), -LUCID_EINVAL);
    expect("connect to nobody", lucid_connect(stage.stack, fd, &(struct lucid_sockaddr){0}), -LUCID_EADDRNOTAVAIL);
    expect("close", lucid_close(stage.stack, fd), 0);
    expect("close again", lucid_close(stage.stack, fd), -LUCID_EBADF);
    expect("abort again", lucid_abort(stage.stack, fd), -LUCID_EBADF);
    stage_drain(&stage);
    ck_assert_uint_eq(stage.seen_count, 0);
    stage_close(&stage);
}
END_TEST

/* A listener has no remote socket: SEND and active OPEN are errors (3.10.2, 3.10.1). CLOSE and ABORT end it (3.10.4,
 * 3.10.5), and the children that nobody has accepted. */
static void end_listener(bool abort, bool with_child) {
    struct stage stage;
    stage_open(&stage, &walk_usual);
    stage_fired = walk->fired;
    stage_listen(&stage);
    if (with_child) {
        stage_segment(&stage, &(struct model_segment){.flags = LUCID_SYN, .seq = 77, .window = 1000});
    }
    expect_no_connection(&stage, stage.listener);
    expect("connect", lucid_connect(stage.stack, stage.listener, &stage.peer), -LUCID_EOPNOTSUPP);
    expect("accept", lucid_accept(stage.stack, stage.listener, NULL), -LUCID_EAGAIN);
    expect("end", abort ? lucid_abort(stage.stack, stage.listener) : lucid_close(stage.stack, stage.listener), 0);
    stage.seen_count = 0;
    stage_drain(&stage);
    ck_assert_uint_eq(stage.seen_count, with_child);
    ck_assert_uint_eq(stage.seen[0].flags, with_child ? LUCID_RST : 0);
    struct lucid_tcp_info info;
    struct lucid_sockaddr nobody = {0};
    expect("STATUS", lucid_info_find(stage.stack, &stage.own, &nobody, &info), -LUCID_ENOTCONN);
    walk->calls++;
    stage_close(&stage);
}

START_TEST(calls_in_listen) {
    for (unsigned i = 0; i < 4; i++) {
        end_listener(i & 1, i & 2);
    }
}
END_TEST

void walk_add_calls(TCase *tests) {
    tcase_add_loop_test(tests, calls_in_every_state, 0, (int)scene_count);
    tcase_add_test(tests, calls_in_closed);
    tcase_add_test(tests, calls_in_listen);
}
