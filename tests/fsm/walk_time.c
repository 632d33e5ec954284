/* walk_time.c: time-outs in every scene: RFC 9293 3.10.8, 3.8.3, 3.8.4, 3.8.6.1; and ICMP, 3.9.2.2. See test_walk.c. */
#include <stdio.h>

#include "fsm/walk.h"
#include "unit/unit.h"

static const unsigned OVER = LUCID_CLOSED | LUCID_LISTEN;
static const unsigned WRITING = LUCID_ESTABLISHED | LUCID_CLOSE_WAIT | LUCID_FIN_WAIT_1 | LUCID_CLOSING |
                                LUCID_LAST_ACK;
static const lucid_time TICK = LUCID_MILLISECOND;

static void agree(const struct stage *stage, const struct scene *scene, const char *what) {
    ck_assert_msg(stage->wrong[0] == '\0', "%s, %s: %s", scene->name, what, stage->wrong);
}

static bool in_flight(const struct model *model) {
    return model->snd.una != model->snd.nxt;
}

static bool waiting(const struct model *model) {
    return (model->state & WRITING) && (model->snd.queued > 0 || (model->snd.fin_queued && !model->snd.fin_sent));
}

static bool alive(const struct model *model) {
    return !(model->state & (OVER | LUCID_TIME_WAIT));
}

/* Lets the clock jump from deadline to deadline, with a peer that is silent, until the connection has gone or limit.
 * Returns how long after the scene began it went. What is sent meanwhile is looked at by others. */
static lucid_time run(struct stage *stage, lucid_time limit) {
    struct lucid_tcp_info info;
    lucid_time end = stage->now + limit;
    for (;;) {
        lucid_time next = lucid_deadline(stage->stack);
        if (lucid_info_find(stage->stack, &stage->own, &stage->peer, &info) != 0) {
            return stage->now - STAGE_BEGIN;
        }
        if (next > end) {
            stage->now = end;
            return LUCID_NEVER;
        }
        stage->now = next > stage->now ? next : stage->now + TICK;
        stage->seen_count = 0;
        lucid_tick(stage->stack, stage->now);
        stage_drain(stage);
    }
}

/* ---- RETRANSMISSION TIMEOUT ---- */

START_TEST(what_is_in_flight_is_sent_again) {
    struct stage stage, before;
    const struct scene *scene = &scenes[_i];
    walk_begin(&stage, &before, &walk_usual, scene);
    const lucid_time rto = LUCID_SECOND; /* RFC 6298: 2.1, and 2.4 after a sample of no time */
    if (alive(&stage.model) && in_flight(&stage.model)) {
        stage_wait(&stage, rto - TICK, NULL);
        agree(&stage, scene, "before the RTO");
        stage_wait(&stage, TICK, model_retransmission_timeout);
        agree(&stage, scene, "at the RTO");
        stage_wait(&stage, 2 * rto - TICK, NULL); /* 5.5: back off */
        agree(&stage, scene, "before the second RTO");
        stage_wait(&stage, TICK, model_retransmission_timeout);
        agree(&stage, scene, "at the second RTO");
        walk->times++;
    }
    walk_end(&stage, &before);
}
END_TEST

/* ---- USER TIMEOUT ---- */

/* R2 by the configuration's defaults (MUST-23, SHLD-11). */
static lucid_time r2_of(const struct model *model) {
    if (model->state != LUCID_SYN_SENT && model->snd.una != model->iss) {
        return 100 * LUCID_SECOND;
    }
    return (model->active ? 180 : 63) * LUCID_SECOND;
}

/* A peer that is silent ends what waits for it, after R2 and not before; and nothing else. */
START_TEST(silence_ends_what_waits_for_the_peer) {
    struct stage stage, before;
    const struct scene *scene = &scenes[_i];
    walk_begin(&stage, &before, &walk_usual, scene);
    const struct model *model = &stage.model;
    if (alive(model) && (model->handle || !model->accepted || model->state != LUCID_FIN_WAIT_2)) {
        bool ends = in_flight(model) || waiting(model);
        lucid_time r2 = r2_of(model);
        lucid_time took = run(&stage, 10 * r2);
        ck_assert_msg((took != LUCID_NEVER) == ends, "%s: %s", scene->name, ends ? "it never ends" : "it ends");
        ck_assert_msg(!ends || (took >= r2 && took <= r2 + r2 / 4), "%s: it ends after %.3f s", scene->name,
                      (double)took / 1e9);
        if (ends) {
            ck_assert_msg(stage.seen_count == 0, "%s: a segment leaves at the end", scene->name);
            model_user_timeout(&stage.model);
            stage.heard = true;
            stage_compare(&stage);
            stage_aftermath(&stage);
            agree(&stage, scene, "after R2");
        }
        walk->times++;
    }
    walk_end(&stage, &before);
}
END_TEST

/* ---- TIME-WAIT TIMEOUT, and FIN-WAIT-2 ---- */

static void expect_end(struct stage *stage, const struct scene *scene, lucid_time after,
                       void (*timeout)(struct model *)) {
    stage_wait(stage, after - TICK, NULL);
    agree(stage, scene, "before the time-out");
    stage_wait(stage, TICK, timeout);
    agree(stage, scene, "at the time-out");
    walk->times++;
}

/* MUST-13; and a repeated FIN begins it again. */
START_TEST(time_wait_lasts_2msl) {
    const lucid_time wait = 240 * LUCID_SECOND;
    struct stage stage, before;
    const struct scene *scene = &scenes[_i];
    walk_begin(&stage, &before, &walk_usual, scene);
    if (stage.model.state == LUCID_TIME_WAIT) {
        expect_end(&stage, scene, wait, model_time_wait_timeout);
        stage_restore(&stage, &before);
        stage_wait(&stage, wait - TICK, NULL);
        struct model_segment fin = {
            .flags = LUCID_FIN | LUCID_ACK, .seq = stage.model.rcv.nxt - 1, .ack = stage.model.snd.nxt};
        stage_segment(&stage, &fin);
        expect_end(&stage, scene, wait, model_time_wait_timeout);
    }
    walk_end(&stage, &before);
}
END_TEST

/* docs/decisions/0019: with a handle it has no limit, see silence_ends_what_waits_for_the_peer. */
START_TEST(nobody_waits_in_fin_wait_2_for_ever) {
    struct stage stage, before;
    const struct scene *scene = &scenes[_i];
    walk_begin(&stage, &before, &walk_usual, scene);
    if (stage.model.state == LUCID_FIN_WAIT_2 && !stage.model.handle) {
        expect_end(&stage, scene, 60 * LUCID_SECOND, model_orphan_timeout);
    }
    walk_end(&stage, &before);
}
END_TEST

/* ---- keep-alive, 3.8.4 ---- */

static void keep_alive(struct stage *stage) {
    static const int options[][2] = {{LUCID_TCP_KEEPIDLE, 10}, {LUCID_TCP_KEEPINTVL, 1}, {LUCID_TCP_KEEPCNT, 2}};
    int one = 1;
    for (unsigned i = 0; i < 3; i++) {
        ck_assert_int_eq(lucid_setsockopt(stage->stack, stage->fd, LUCID_IPPROTO_TCP, options[i][0], &options[i][1],
                                          sizeof options[i][1]),
                         0);
    }
    ck_assert_int_eq(lucid_setsockopt(stage->stack, stage->fd, LUCID_SOL_SOCKET, LUCID_SO_KEEPALIVE, &one, sizeof one),
                     0);
}

/* An idle connection whose peer is gone ends by RST: in the states in which the peer may still be silent by right. */
START_TEST(keep_alive_finds_dead_peers) {
    const unsigned states = LUCID_ESTABLISHED | LUCID_FIN_WAIT_1 | LUCID_FIN_WAIT_2 | LUCID_CLOSE_WAIT;
    struct stage stage, before;
    const struct scene *scene = &scenes[_i];
    walk_begin(&stage, &before, &walk_usual, scene);
    bool idle = (stage.model.state & states) && !in_flight(&stage.model) && stage.model.snd.queued == 0;
    if (stage.fd && alive(&stage.model)) {
        keep_alive(&stage);
        lucid_time took = run(&stage, 60 * LUCID_SECOND);
        ck_assert_msg((took == 12 * LUCID_SECOND) == idle, "%s: after %.3f s", scene->name, (double)took / 1e9);
        if (idle) {
            model_keepalive_timeout(&stage.model);
            stage.heard = true;
            stage_compare(&stage);
            stage_aftermath(&stage);
            agree(&stage, scene, "after the last probe");
        }
        walk->times++;
    }
    walk_end(&stage, &before);
}
END_TEST

/* ---- ICMP ---- */

START_TEST(unreachable_ends_attempts_only) {
    struct stage stage, before;
    const struct scene *scene = &scenes[_i];
    walk_begin(&stage, &before, &walk_usual, scene);
    if (stage.state && !(stage.model.state & OVER)) {
        stage_unreachable(&stage);
        if (stage.model.state & OVER) {
            stage_aftermath(&stage);
        }
        agree(&stage, scene, "port unreachable");
        walk->times++;
    }
    walk_end(&stage, &before);
}
END_TEST

void walk_add_times(TCase *tests) {
    tcase_add_loop_test(tests, what_is_in_flight_is_sent_again, 0, (int)scene_count);
    tcase_add_loop_test(tests, silence_ends_what_waits_for_the_peer, 0, (int)scene_count);
    tcase_add_loop_test(tests, time_wait_lasts_2msl, 0, (int)scene_count);
    tcase_add_loop_test(tests, nobody_waits_in_fin_wait_2_for_ever, 0, (int)scene_count);
    tcase_add_loop_test(tests, keep_alive_finds_dead_peers, 0, (int)scene_count);
    tcase_add_loop_test(tests, unreachable_ends_attempts_only, 0, (int)scene_count);
}
