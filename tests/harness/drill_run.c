/* drill_run.c: one play of a script, from lucid_create() to the last octet of memory that comes back. See drill_run.h.
 * */
#include <stdlib.h>
#include <string.h>

#include "core/check.h"
#include "harness/drill_config.h"
#include "harness/drill_play.h"
#include "harness/drill_run.h"

static bool play_lines(struct drill_run *run, const struct drill_line *line);

lucid_time drill_begin_time(const struct drill_run *run, const struct drill_time *time) {
    return (time->relative ? run->base : run->zero) + time->begin;
}

lucid_time drill_end_time(const struct drill_run *run, const struct drill_time *time) {
    lucid_time from = time->relative ? run->base : run->zero;
    return time->end == LUCID_NEVER ? LUCID_NEVER : from + time->end;
}

/* ---- begin and end ---- */

static void address(const char *text, struct lucid_addr *addr) {
    lucid_addr_parse(text, addr);
}

static void name_ends(struct drill_run *run, struct lucid_config *config) {
    bool ipv4 = run->variant.ipv4;
    address(ipv4 ? "192.168.0.1" : "fd77::2", &run->usual.local.addr);
    address(ipv4 ? "192.0.2.1" : "2001:db8::1", &run->usual.peer.addr);
    run->usual.local.port = run->usual.peer.port = DRILL_PORT;
    config->addrs[0] = (struct lucid_ifaddr){.addr = run->usual.local.addr, .prefix = ipv4 ? 24 : 64};
    config->addr_count = 1;
}

static bool begin(struct drill_run *run) {
    struct lucid_config config;
    lucid_config_default(&config);
    name_ends(run, &config);
    drill_config_apply(&config, run->script->settings, run->variant.ipv4);
    vhost_init(&run->host, run->variant.iss);
    vhost_lend_iss(&run->host, &config, run->variant.iss);
    struct lucid_config usual;
    lucid_config_default(&usual);
    struct wire_check_config check = {.ours = run->usual.local.addr,
                                      .mtu = config.mtu,
                                      .mss_floor = config.mss_floor,
                                      .initial_window = config.initial_window,
                                      .msl = config.msl,
                                      .virtual_time = true,
                                      .scarce = config.mem_limit < usual.mem_limit};
    run->check = wire_check_begin(&check);
    run->flows = calloc(DRILL_FLOWS, sizeof *run->flows);
    run->scratch = malloc(LUCID_PACKET_MAX + 1);
    run->left_end = &run->left;
    run->last_fd = DRILL_ANY;
    run->now = run->zero = run->base = LUCID_SECOND;
    int error = lucid_create(&run->stack, &config, run->now);
    drill_story_begin(run);
    return error == 0 || drill_fail(run, "lucid_create() = 0", "-1 %s", strerrorname_np(-error));
}

static void end(struct drill_run *run) {
    while (run->left) {
        drill_left_remove(run, run->left);
    }
    if (run->stack) {
        lucid_packet_release(run->stack, &run->in);
    }
    lucid_destroy(run->stack);
    run->stack = NULL;
    if (!run->failed && !vhost_clean(&run->host)) {
        drill_fail(run, "all memory comes back with lucid_destroy()", "%s", run->host.fault);
    }
    if (!run->failed) {
        drill_report_pass(run);
    }
    wire_check_end(run->check);
    free(run->flows);
    free(run->scratch);
    drill_story_end(run);
}

/* ---- lines ---- */

static bool play_quiet(struct drill_run *run, const struct drill_line *line) {
    drill_tell(run, run->now, line->text);
    return drill_settled(run) && drill_advance(run, run->now + line->u.quiet) && drill_settled(run);
}

static bool play_batch(struct drill_run *run, const struct drill_line *line) {
    if (!drill_advance(run, drill_begin_time(run, &line->u.batch->time))) {
        return false;
    }
    for (const struct drill_line *inner = line->u.batch; inner; inner = inner->next) {
        run->line = inner;
        drill_tell(run, run->now, inner->text);
        if (!drill_play_arrival(run, &inner->u.packet)) {
            return false;
        }
    }
    return drill_pull(run) && drill_retry_waits(run);
}

/* Plays the script of a state; the time after it is 0. */
static bool play_at(struct drill_run *run, const struct drill_line *line) {
    const char *path = run->path;
    run->path = line->u.at->path;
    if (!play_lines(run, line->u.at->lines)) {
        return false;
    }
    run->path = path;
    run->line = line;
    if (!drill_settled(run)) {
        return false;
    }
    run->zero = run->base = run->now;
    drill_story_clear(run);
    return true;
}

bool drill_play_line(struct drill_run *run, const struct drill_line *line) {
    switch ((enum drill_line_kind)line->kind) {
    case DRILL_LINE_PACKET:
        return drill_play_packet(run, line);
    case DRILL_LINE_CALL:
        return drill_play_call(run, line);
    case DRILL_LINE_STATE:
        return drill_play_state(run, line);
    case DRILL_LINE_VALUE:
        return drill_play_value(run, line);
    case DRILL_LINE_QUIET:
        return play_quiet(run, line);
    case DRILL_LINE_ONEOF:
        return drill_play_oneof(run, line);
    case DRILL_LINE_BATCH:
        return play_batch(run, line);
    case DRILL_LINE_AT:
        break;
    }
    return play_at(run, line);
}

/* The next event counts from here; a call that waits has begun before. */
static void set_base(struct drill_run *run, const struct drill_line *line) {
    if (line->kind != DRILL_LINE_ONEOF) {
        run->base = run->now;
    }
}

bool drill_play_and_check(struct drill_run *run, const struct drill_line *line) {
    struct check_report report = {.broken = NULL};
    run->line = line;
    if (!drill_play_line(run, line) || run->failed) {
        return false;
    }
    set_base(run, line);
    if (stack_check(run->stack, &report) != 0) {
        return drill_fail(run, "the invariants of the stack", "%s", report.broken);
    }
    if (run->host.fault[0] != '\0') {
        return drill_fail(run, "memory is used by the rules", "%s", run->host.fault);
    }
    return true;
}

static bool play_lines(struct drill_run *run, const struct drill_line *line) {
    for (; line; line = line->next) {
        if (!drill_play_and_check(run, line)) {
            return false;
        }
    }
    return true;
}

bool drill_play_block(struct drill_run *run, const struct drill_line *line) {
    return play_lines(run, line);
}

static void play(struct drill_run *run) {
    run->path = run->script->path;
    if (!begin(run) || !play_lines(run, run->script->lines)) {
        return;
    }
    run->line = NULL;
    if (drill_settled(run) && run->wait_count > 0) {
        run->line = run->waits[0].line;
        drill_fail_line(run, "the call is still waiting when the script ends");
    }
}

bool drill_play_once(struct drill_run *run) {
    play(run);
    end(run);
    return !run->failed;
}
