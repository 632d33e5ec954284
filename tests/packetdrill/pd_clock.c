/* pd_clock.c: the clock of a stack behind the table, and its network. See pd.h.
 *
 * The clock moves when the tool asks for it: one microsecond for each reading, so that the tool can spin on it, and by
 * usleep(); and it runs from deadline to deadline while the tool waits for a packet.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/check.h"
#include "harness/drill_packet.h"
#include "lucid/trace.h"
#include "packetdrill/pd.h"

/* The tool sleeps until 20 us before an event and spins from there on: what a system call costs. */
#define USLEEP_COST 20

/* So many deadlines without progress are a mistake of the stack. */
#define STANDSTILL 1000

void pd_die(const char *what, const char *detail) {
    fprintf(stderr, "lucid_packetdrill: %s: %s\n", what, detail);
    exit(1);
}

/* ---- packets ---- */

static void keep(struct pd *pd, const struct lucid_packet *out) {
    struct pd_packet *packet = malloc(sizeof *packet + out->length);
    if (!packet) {
        pd_die("no memory", "a packet cannot be kept");
    }
    *packet = (struct pd_packet){.time = pd->now, .elicited = pd->closing};
    for (unsigned i = 0; i < out->slices; i++) {
        memcpy(packet->octets + packet->length, out->slice[i].data, out->slice[i].length);
        packet->length += out->slice[i].length;
    }
    *pd->last = packet;
    pd->last = &packet->next;
}

static void pull(struct pd *pd) {
    struct lucid_packet out;
    while (lucid_output(pd->stack, pd->now, &out) == 1) {
        keep(pd, &out);
    }
}

void pd_settle(struct pd *pd) {
    struct check_report report = {.broken = NULL};
    do {
        pull(pd);
    } while (pd_retry(pd));
    if (stack_check(pd->stack, &report) != 0) {
        pd_die("an invariant of the stack does not hold", report.broken);
    }
    if (pd->host.fault[0] != '\0') {
        pd_die("memory is not used by the rules", pd->host.fault);
    }
}

static bool is_reset(const void *ip, size_t length) {
    struct drill_seen seen;
    return drill_packet_read(ip, length, false, &seen) && seen.packet.protocol == DRILL_TCP &&
           (seen.packet.u.tcp.flags & LUCID_RST);
}

/* A RST at the end of a script is the tool clearing up; what the stack answers to it is nobody's business. */
int pd_netdev_send(void *ctx, const void *ip, size_t length) {
    struct pd *pd = ctx;
    struct lucid_packet in = {.slice[0] = {ip, length}, .slices = 1, .length = (uint32_t)length};
    if (length > LUCID_PACKET_MAX) {
        errno = EMSGSIZE;
        return -1;
    }
    pthread_mutex_lock(&pd->lock);
    pd->closing = is_reset(ip, length);
    lucid_input(pd->stack, pd->now, &in);
    pd_settle(pd);
    pthread_mutex_unlock(&pd->lock);
    return 0;
}

/* ---- time ---- */

static lucid_time deadline(const struct pd *pd) {
    lucid_time stack = lucid_deadline(pd->stack), wait = pd_wait_deadline(pd);
    return stack < wait ? stack : wait;
}

static void move(struct pd *pd, lucid_time until) {
    pd->now = until > pd->now ? until : pd->now;
    lucid_tick(pd->stack, pd->now);
    pd_settle(pd);
    pd_stand_still(pd);
}

/* Runs the next deadline, if it is not after this time. False: there is none. */
static bool run_deadline(struct pd *pd, lucid_time until, unsigned *still) {
    lucid_time next = deadline(pd), before = pd->now;
    if (next == LUCID_NEVER || next > until) {
        return false;
    }
    move(pd, next);
    *still = pd->now > before ? 0 : *still + 1;
    if (*still > STANDSTILL) {
        pd_die("time does not pass", "lucid_deadline() is always in the past");
    }
    return true;
}

static void advance(struct pd *pd, lucid_time until) {
    unsigned still = 0;
    pd_stand_still(pd);
    while (run_deadline(pd, until, &still)) {
    }
    move(pd, until);
}

int pd_usleep(void *ctx, useconds_t us) {
    struct pd *pd = pd_enter(ctx);
    advance(pd, pd->now + (us + (lucid_time)USLEEP_COST) * LUCID_MICROSECOND);
    return (int)pd_leave(pd, 0);
}

/* A thread that was just woken learns when that was. */
int pd_gettimeofday(void *ctx, struct timeval *time, struct timezone *zone) {
    (void)zone;
    struct pd *pd = pd_enter(ctx);
    if (!pd_has_read(pd)) {
        advance(pd, pd->now + LUCID_MICROSECOND);
    }
    time->tv_sec = (time_t)(pd->now / LUCID_SECOND);
    time->tv_usec = (suseconds_t)(pd->now % LUCID_SECOND / LUCID_MICROSECOND);
    return (int)pd_leave(pd, 0);
}

static int take(struct pd *pd, void *ip, size_t *length, long long *time_us) {
    struct pd_packet *packet = pd->first;
    if (packet->length > *length) {
        return -EMSGSIZE;
    }
    memcpy(ip, packet->octets, packet->length);
    *length = packet->length;
    *time_us = (long long)(packet->time / LUCID_MICROSECOND);
    pd->first = packet->next;
    pd->last = pd->first ? pd->last : &pd->first;
    free(packet);
    return 0;
}

/* An error would make the tool ask again for ever: that nothing comes is a packet without octets. */
int pd_netdev_receive(void *ctx, void *ip, size_t *length, long long *time_us) {
    struct pd *pd = pd_enter(ctx);
    unsigned still = 0;
    pd_stand_still(pd);
    lucid_time until = pd->now + pd->flags.wait;
    while (!pd->first && run_deadline(pd, until, &still)) {
    }
    if (pd->first) {
        return (int)pd_leave(pd, take(pd, ip, length, time_us));
    }
    *length = 0;
    *time_us = (long long)(pd->now / LUCID_MICROSECOND);
    return (int)pd_leave(pd, 0);
}
