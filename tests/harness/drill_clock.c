/* drill_clock.c: the engine's clock. It stands still until somebody moves it, and stops at every deadline of the stack.
 * */
#include <stdlib.h>
#include <string.h>

#include "harness/drill_run.h"

/* More packets than this in one instant, or deadlines without progress, are a storm. */
#define STORM 20000
#define STANDSTILL 1000

static void keep(struct drill_run *run, const struct lucid_packet *out) {
    struct drill_left *left = malloc(sizeof *left + out->length);
    *left = (struct drill_left){.time = run->now};
    for (unsigned i = 0; i < out->slices; i++) {
        memcpy(left->octets + left->length, out->slice[i].data, out->slice[i].length);
        left->length += out->slice[i].length;
    }
    *run->left_end = left;
    run->left_end = &left->next;
    drill_pcap_add(run->pcap, run->now, left->octets, left->length);
    wire_check_out(run->check, run->now, left->octets, left->length);
}

bool drill_pull(struct drill_run *run) {
    struct lucid_packet out;
    for (unsigned count = 0; lucid_output(run->stack, run->now, &out) == 1; count++) {
        size_t length = 0;
        for (unsigned i = 0; i < out.slices; i++) {
            length += out.slice[i].length;
        }
        if (out.slices > LUCID_PACKET_SLICES || length != out.length) {
            return drill_fail(run, "a packet whose length is that of its slices", "%zu octets in %u slices, length %u",
                              length, out.slices, out.length);
        }
        keep(run, &out);
        if (count == STORM) {
            return drill_fail(run, "a limited number of packets", "%u packets in one instant, and still more", count);
        }
    }
    const struct wire_breach *breach = wire_check_breach(run->check);
    if (breach) {
        return drill_fail(run, wire_rule_text(breach->rule), "passive checker, rule %s: %s",
                          wire_rule_name(breach->rule), breach->detail);
    }
    return true;
}

bool drill_settled(struct drill_run *run) {
    if (!run->left) {
        return true;
    }
    if (run->wish->loose) {
        drill_warn(run, "a packet left that no line mentions");
        drill_left_remove(run, run->left);
        return drill_settled(run);
    }
    return drill_fail_packet(run, "a packet left that no line consumed");
}

void drill_left_remove(struct drill_run *run, struct drill_left *packet) {
    struct drill_left **at = &run->left;
    while (*at != packet) {
        at = &(*at)->next;
    }
    *at = packet->next;
    if (!*at) {
        run->left_end = at;
    }
    free(packet);
}

bool drill_step(struct drill_run *run, lucid_time until, bool *moved) {
    lucid_time deadline = lucid_deadline(run->stack), wait = drill_wait_deadline(run);
    lucid_time next = deadline < until ? deadline : until;
    next = wait < next ? wait : next;
    *moved = next != LUCID_NEVER && (deadline <= until || wait <= until);
    if (wait <= run->now && deadline > run->now && until > run->now && drill_overdue(run)) {
        return false;
    }
    if (next == LUCID_NEVER) {
        return true;
    }
    run->now = next > run->now ? next : run->now;
    wire_check_clock(run->check, run->now);
    lucid_tick(run->stack, run->now);
    drill_tell_changes(run);
    return drill_pull(run) && drill_retry_waits(run);
}

bool drill_advance(struct drill_run *run, lucid_time until) {
    for (unsigned still = 0; run->now < until; still++) {
        lucid_time before = run->now;
        bool moved;
        if (!drill_settled(run) || !drill_step(run, until, &moved)) {
            return false;
        }
        still = run->now > before ? 0 : still;
        if (still == STANDSTILL) {
            return drill_fail(run, "a deadline that moves", "lucid_deadline() is always in the past");
        }
    }
    return true;
}

bool drill_await_packet(struct drill_run *run, lucid_time until) {
    bool moved = true;
    for (unsigned still = 0; !run->left && moved; still++) {
        if (still == STORM) {
            return drill_fail_line(run, "nothing leaves, but time goes on for ever");
        }
        if (!drill_step(run, until, &moved)) {
            return false;
        }
    }
    return true;
}
