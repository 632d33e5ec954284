/* lab_play.c: see lab_play.h. */
#include "lab/lab_play.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lab/tlog_check.h"
#include "lab/words.h"

static void take_line(void *user, const char *line, size_t length) {
    struct lab_play *play = user;
    char error[LAB_ERROR];
    ck_assert_msg(tlog_add(play->log, line, length, error) == 0, "%s: %.*s", error, (int)length, line);
}

/* Calls for each line that is not empty. */
static void for_lines(const char *lines, void (*each)(void *user, const char *line), void *user) {
    char *copy = strdup(lines), *rest = copy, *line;
    while ((line = strsep(&rest, "\n"))) {
        line += strspn(line, " ");
        if (*line) {
            each(user, line);
        }
    }
    free(copy);
}

struct setup {
    const char *line[64];
    unsigned count;
};

static void add_setup(void *user, const char *line) {
    struct setup *setup = user;
    ck_assert_uint_lt(setup->count, 64);
    setup->line[setup->count++] = strdup(line);
}

struct lab_play *lab_play_open(uint64_t seed, const char *lines) {
    struct lab_play *play = calloc(1, sizeof *play);
    struct setup setup = {.count = 0};
    unsigned line = 0;
    ck_assert_ptr_nonnull(play);
    play->log = tlog_new();
    for_lines(lines, add_setup, &setup);
    struct world_options options = {
        .seed = seed, .payload = 64, .setup = setup.line, .setup_count = setup.count, .write = take_line, .user = play};
    play->world = world_open(&options, &line, play->error);
    ck_assert_msg(play->world != NULL, "set-up line %u: %s", line, play->error);
    for (unsigned i = 0; i < setup.count; i++) {
        free((char *)setup.line[i]);
    }
    return play;
}

/* Whatever a test did, its log must be one that can be true. */
void lab_play_check(const struct tlog *log) {
    struct tlog_report report;
    ck_assert_int_eq(tlog_check(log, &report), 0);
    ck_assert_msg(report.faults == 0, "event %u: %s", report.fault[0].event, report.fault[0].text);
    ck_assert_uint_eq(report.lost, 0);
}

void lab_play_close(struct lab_play *play) {
    world_close(play->world);
    lab_play_check(play->log);
    tlog_free(play->log);
    free(play);
}

static void run(struct lab_play *play, const char *for_time) {
    lucid_time limit = LUCID_NEVER;
    if (*for_time) {
        ck_assert_int_eq(words_time(for_time, &limit), 0);
        limit += world_now(play->world);
    }
    for (unsigned steps = 0; world_step(play->world, limit); steps++) {
        ck_assert_msg(steps < 1000000, "a world that does not come to an end");
    }
}

static void do_line(void *user, const char *line) {
    struct lab_play *play = user;
    if (!strncmp(line, "run", 3)) {
        run(play, line + 3 + strspn(line + 3, " "));
        return;
    }
    if (!strncmp(line, "step", 4)) {
        for (int n = line[4] ? atoi(line + 5) : 1; n > 0; n--) {
            ck_assert_int_eq(world_step(play->world, LUCID_NEVER), 1);
        }
        return;
    }
    ck_assert_msg(world_command(play->world, line, play->error) == 0, "%s: %s", line, play->error);
}

void lab_play_do(struct lab_play *play, const char *lines) {
    for_lines(lines, do_line, play);
}

bool lab_play_refused(struct lab_play *play, const char *line) {
    uint32_t before = tlog_count(play->log);
    if (world_command(play->world, line, play->error) == 0) {
        return false;
    }
    ck_assert_uint_eq(tlog_count(play->log), before);
    return true;
}

const char *lab_play_states(struct lab_play *play, const char *node, uint32_t c) {
    struct text text = text_fixed(play->said, sizeof play->said);
    for (uint32_t i = 1; i <= tlog_count(play->log); i++) {
        const struct tlog_event *event = tlog_at(play->log, i);
        if (event->kind != TLOG_STATE || event->c != c || strcmp(tlog_node_name(play->log, event->node), node) != 0) {
            continue;
        }
        if (text.length == 0 && event->u.state.from != 0) {
            text_put(&text, lucid_state_name(event->u.state.from));
        }
        text_format(&text, " %s", event->u.state.to ? lucid_state_name(event->u.state.to) : "gone");
    }
    return play->said;
}

static bool is(const struct lab_play *play, const struct tlog_event *event, enum tlog_kind kind, const char *node) {
    return event->kind == kind && !strcmp(tlog_node_name(play->log, event->node), node);
}

unsigned lab_play_count(const struct lab_play *play, enum tlog_kind kind, const char *node) {
    unsigned count = 0;
    for (uint32_t i = 1; i <= tlog_count(play->log); i++) {
        count += is(play, tlog_at(play->log, i), kind, node);
    }
    return count;
}

const struct tlog_event *lab_play_event(const struct lab_play *play, enum tlog_kind kind, const char *node,
                                        unsigned k) {
    for (uint32_t i = 1; i <= tlog_count(play->log); i++) {
        if (is(play, tlog_at(play->log, i), kind, node) && --k == 0) {
            return tlog_at(play->log, i);
        }
    }
    ck_abort_msg("no such event of kind %s at %s", tlog_kind_name(kind), node);
    return NULL;
}

const char *lab_play_flags(struct lab_play *play) {
    char flags[9];
    struct text text = text_fixed(play->said, sizeof play->said);
    for (uint32_t i = 1; i <= tlog_count(play->log); i++) {
        const struct tlog_event *event = tlog_at(play->log, i);
        if (event->kind == TLOG_SEG_TX) {
            text_format(&text, "%s%s", text.length ? " " : "", lucid_flags_format(event->u.segment.flags, flags));
        }
    }
    return play->said;
}

unsigned lab_play_sent(const struct lab_play *play, const char *node, unsigned flags) {
    unsigned count = 0;
    for (uint32_t i = 1; i <= tlog_count(play->log); i++) {
        const struct tlog_event *event = tlog_at(play->log, i);
        count += is(play, event, TLOG_SEG_TX, node) && event->u.segment.flags == flags;
    }
    return count;
}

const struct tlog_event *lab_play_wire(const struct lab_play *play, enum tlog_wire_kind act, unsigned k) {
    for (uint32_t i = 1; i <= tlog_count(play->log); i++) {
        const struct tlog_event *event = tlog_at(play->log, i);
        if (event->kind == TLOG_WIRE_ACT && event->u.wire.act == act && --k == 0) {
            return event;
        }
    }
    return NULL;
}

const struct tlog_event *lab_play_segment(const struct lab_play *play, enum tlog_kind kind, const char *node,
                                          unsigned flags, unsigned k) {
    for (uint32_t i = 1; i <= tlog_count(play->log); i++) {
        const struct tlog_event *event = tlog_at(play->log, i);
        if (is(play, event, kind, node) && event->u.segment.flags == flags && --k == 0) {
            return event;
        }
    }
    return NULL;
}

uint64_t lab_play_arrival(const struct lab_play *play, uint64_t id) {
    for (uint32_t i = 1; i <= tlog_count(play->log); i++) {
        const struct tlog_event *event = tlog_at(play->log, i);
        if (event->kind == TLOG_SEG_RX && event->u.segment.id == id) {
            return event->t;
        }
    }
    return TLOG_NONE;
}

static bool says(const struct lab_play *play, const struct tlog_event *event, const char *node, const char *k) {
    return is(play, event, TLOG_APP, node) && !strcmp(event->u.say.k.at, k);
}

unsigned lab_play_app(const struct lab_play *play, const char *node, const char *k) {
    unsigned count = 0;
    for (uint32_t i = 1; i <= tlog_count(play->log); i++) {
        count += says(play, tlog_at(play->log, i), node, k);
    }
    return count;
}

uint64_t lab_play_octets(const struct lab_play *play, const char *node, const char *k) {
    uint64_t count = 0;
    for (uint32_t i = 1; i <= tlog_count(play->log); i++) {
        const struct tlog_event *event = tlog_at(play->log, i);
        count += says(play, event, node, k) ? (uint64_t)event->u.say.count : 0;
    }
    return count;
}
