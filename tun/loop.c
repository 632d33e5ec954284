/* loop.c: the loop of lucid.h, six lines with a device around it: output -> write; wait; read until empty -> input;
 * tick; output -> write.
 *
 * The device is read in batches, bounded so that output gets its turn, at the latest when a peer has used up a quarter
 * of its window; the clock is read once for each of these parts, not for each packet. Output is pulled only as far as
 * the device takes it: a packet that it refuses is kept, and everything behind it stays in the stack.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "host_private.h"

/* Packets read, or written, before the other direction gets its turn; and octets written. */
#define BATCH 64
#define BATCH_OCTETS ((size_t)BATCH * LUCID_PACKET_MAX)

/* After so many turns with one packet each, so many are expected to have no more. */
#define SINGLE 8
#define TRUSTING 16

/* Packets read before timers get theirs. */
#define READS_BEFORE_TIMERS (16 * BATCH)

static lucid_time earlier(lucid_time a, lucid_time b) {
    return a < b ? a : b;
}

static lucid_time link_deadline(const struct lucid_link *link) {
    return link ? lucid_link_deadline(link) : LUCID_NEVER;
}

lucid_time host_deadline(const struct lucid_host *host) {
    lucid_time at = lucid_deadline(host->stack);
    at = earlier(at, link_deadline(host->link_in));
    at = earlier(at, link_deadline(host->link_out));
    at = earlier(at, flows_deadline(&host->flows));
    for (int i = 0; i < host->timers_end; i++) {
        at = earlier(at, host->timers[i].at);
    }
    return at;
}

static void capture(struct lucid_host *host, const struct lucid_packet *packet, lucid_time now, bool leaves) {
    if (host->pcap) {
        lucid_pcap_packet(host->pcap, now + host->wall_offset, packet);
    }
    if (host->callbacks.packet) {
        host->callbacks.packet(host, leaves, now, packet, host->callbacks.user);
    }
}

static void hand_in(struct lucid_host *host, lucid_time now) {
    capture(host, &host->in, now, false);
    lucid_input(host->stack, now, &host->in);
}

static void take_from(struct lucid_host *host, struct lucid_link *link, lucid_time now) {
    const uint8_t *octets;
    uint64_t id;
    size_t length;
    while ((length = lucid_link_take(link, now, &octets, &id)) > 0) {
        struct lucid_packet in = {.slice = {{octets, length}}, .slices = 1, .length = (uint32_t)length, .id = id};
        capture(host, &in, now, false);
        lucid_input(host->stack, now, &in);
    }
}

static void take_from_links(struct lucid_host *host, lucid_time now) {
    if (host->link_in) {
        take_from(host, host->link_in, now);
    }
    for (unsigned i = 0; i < host->flows.count; i++) {
        take_from(host, host->flows.flow[i].in, now);
    }
}

/* A link, and the number of the packet that is put on it, in pieces. */
struct entrance {
    struct lucid_link *link;
    uint64_t id;
};

static void put_on_link(void *user, const uint8_t *octets, size_t length) {
    struct entrance *entrance = user;
    lucid_link_put(entrance->link, lucid_host_now(), octets, length, entrance->id);
}

/* Over a link with faults go single wire packets: what the device has joined, or would cut, is cut first. */
static int enter(struct lucid_link *link, const struct lucid_packet *packet) {
    struct entrance entrance = {link, packet->id};
    return lucid_segment_packet(packet, put_on_link, &entrance);
}

/* With faults, a packet goes over the link first. What makes no sense goes straight on. */
static void arrive(struct lucid_host *host, lucid_time now) {
    host->stats.reads++;
    host->in.id = ++host->packets_read;
    const struct flow *flow = flows_find(&host->flows, &host->in, false);
    struct lucid_link *link = flow ? flow->in : host->link_in;
    if (!link || enter(link, &host->in) < 0) {
        hand_in(host, now);
    }
}

struct handoff *host_ring(const struct lucid_host *host) {
    return host->place.count > 0 ? &host->place.rings[host->place.number] : NULL;
}

/* What came to another stack, and may be for this one. Returns true when there may be more. */
static bool take_handed(struct lucid_host *host, lucid_time now) {
    struct handoff *ring = host_ring(host);
    struct handed *handed = NULL;
    for (int i = 0; ring && i < BATCH && (handed = handoff_take(ring)); i++) {
        handed->packet.id = ++host->packets_read;
        host->asked = handed->asked;
        host->stats.handed_over++;
        capture(host, &handed->packet, now, false);
        lucid_input(host->stack, now, &handed->packet);
        host->asked = 0;
        free(handed);
    }
    return handed != NULL;
}

/* Counts turns that found one packet and no more; any other number begins anew. */
static void note_packets(struct lucid_host *host, int packets) {
    host->single = packets == 1 ? host->single + 1 : 0;
    host->trusting = host->single >= SINGLE ? TRUSTING : 0;
}

/* Returns true when the device may have more. */
static bool read_batch(struct lucid_host *host, lucid_time now, int most, bool *gone) {
    for (int i = 0; i < most; i++) {
        uint8_t *room = lucid_packet_reserve(host->stack, &host->in);
        if (!room) {
            return false;
        }
        enum device_result result = device_read(&host->device, room, &host->in);
        if (result == DEVICE_DONE) {
            arrive(host, now);
            if (lucid_output_pressing(host->stack)) {
                return true;
            }
            continue;
        }
        note_packets(host, i);
        *gone = result == DEVICE_GONE;
        host->stats.read_errors += result == DEVICE_BAD;
        return result == DEVICE_BAD;
    }
    return true;
}

/* A peer that waits for our answer sends one packet at a time. When it has been so for some turns, the device is not
 * asked for a second one: that would be a system call for nothing. If there is one, the next wait does not wait. But
 * before timers run, the device must be empty. */
static bool read_device(struct lucid_host *host, lucid_time now, bool *gone) {
    if (host->trusting == 0) {
        return read_batch(host, now, BATCH, gone);
    }
    host->trusting--;
    bool more = read_batch(host, now, 1, gone);
    return more && host_deadline(host) <= now && read_batch(host, now, BATCH, gone);
}

/* Reads the device without a wait, where that pays. Returns true when there was a packet. A miss is no turn, and tells
 * nothing about how packets come. */
static bool read_ahead(struct lucid_host *host, bool *more, bool *gone) {
    uint64_t before = host->stats.reads;
    unsigned single = host->single, trusting = host->trusting;
    if (!host_looks_ahead(host)) {
        return false;
    }
    host->now = lucid_host_now();
    *more = read_device(host, host->now, gone);
    bool found = host->stats.reads > before;
    host_looked(host, found);
    if (!found) {
        host->single = single;
        host->trusting = trusting;
    }
    return found || *gone;
}

static void arm_write(struct lucid_host *host, bool wanted) {
    if (host->write_armed == wanted) {
        return;
    }
    struct epoll_event event = {.events = EPOLLIN | (wanted ? EPOLLOUT : 0u), .data.fd = host->device.fd};
    epoll_ctl(host->epoll, EPOLL_CTL_MOD, host->device.fd, &event);
    host->write_armed = wanted;
}

/* Returns false when the device has no room now. What it cannot take at all is lost, as on any link. */
static bool write_packet(struct lucid_host *host, const struct lucid_packet *packet) {
    enum device_result result = device_write(&host->device, packet);
    if (result == DEVICE_EMPTY) {
        host->stats.write_waits++;
        return false;
    }
    host->stats.writes += result == DEVICE_DONE;
    host->stats.write_errors += result != DEVICE_DONE;
    host_wrote(host, packet->length);
    return true;
}

static void write_from(struct lucid_host *host, struct lucid_link *link, lucid_time now) {
    const uint8_t *octets;
    uint64_t id;
    size_t length;
    while ((length = lucid_link_take(link, now, &octets, &id)) > 0) {
        struct lucid_packet out = {.slice = {{octets, length}}, .slices = 1, .length = (uint32_t)length};
        write_packet(host, &out);
    }
}

static void write_from_links(struct lucid_host *host, lucid_time now) {
    if (host->link_out) {
        write_from(host, host->link_out, now);
    }
    for (unsigned i = 0; i < host->flows.count; i++) {
        write_from(host, host->flows.flow[i].out, now);
    }
    flows_tidy(&host->flows, host->stack);
}

/* The link that the packet goes over before it comes to the device; NULL: none. */
static struct lucid_link *link_of_out(struct lucid_host *host) {
    const struct flow *flow = flows_find(&host->flows, &host->out, true);
    return flow ? flow->out : host->link_out;
}

/* Returns true when the stack may have more. */
static bool write_batch(struct lucid_host *host, lucid_time now) {
    size_t octets = 0;
    for (int i = 0; i < BATCH && octets < BATCH_OCTETS; i++) {
        if (!host->out_waits) {
            if (!lucid_output(host->stack, now, &host->out)) {
                arm_write(host, false);
                return false;
            }
            capture(host, &host->out, now, true);
        }
        octets += host->out.length;
        struct lucid_link *link = host->out_waits ? NULL : link_of_out(host);
        if (link) {
            enter(link, &host->out);
            continue;
        }
        host->out_waits = !write_packet(host, &host->out);
        if (host->out_waits) {
            arm_write(host, true);
            return false;
        }
    }
    return true;
}

static void call_timers(struct lucid_host *host, lucid_time now) {
    for (int i = 0; i < host->timers_end; i++) {
        struct host_timer timer = host->timers[i];
        if (timer.at <= now) {
            host->timers[i].at = LUCID_NEVER;
            timer.call(host, timer.user);
        }
    }
}

static void call_events(struct lucid_host *host) {
    struct lucid_ready ready;
    while (host->callbacks.event && lucid_next_event(host->stack, &ready)) {
        host->callbacks.event(host, &ready, host->callbacks.user);
    }
    if (host->callbacks.batch) {
        host->callbacks.batch(host, host->callbacks.user);
    }
}

static void call_trace(struct lucid_host *host) {
    if (host->callbacks.trace) {
        host->callbacks.trace(host, host->callbacks.user);
    }
}

/* Tells the application what happened and writes what it wants to send. Returns true when there is more to do. */
static bool serve_application(struct lucid_host *host) {
    lucid_time now = host->now;
    call_events(host);
    call_trace(host);
    bool more = write_batch(host, now);
    write_from_links(host, now);
    call_trace(host);
    if (host->pcap) {
        lucid_pcap_flush(host->pcap);
    }
    return more;
}

/* What still waits in the device may be the ACK without which a timer would send again: so the device is read empty
 * first, unless packets come in without an end. */
static void run_timers(struct lucid_host *host, lucid_time now, bool more_to_read) {
    uint64_t reads = host->stats.reads + host->stats.read_errors;
    if (!more_to_read || reads - host->reads_at_timers >= READS_BEFORE_TIMERS) {
        host->reads_at_timers = reads;
        lucid_tick(host->stack, now);
        call_timers(host, now);
    }
}

/* One batch has come in (more: the device may have more); one goes out. Returns true when there is more to do at
 * once. */
static bool turn(struct lucid_host *host, bool more) {
    lucid_time now = host->now;
    take_from_links(host, now);
    more = take_handed(host, now) || more;
    run_timers(host, now, more);
    more = serve_application(host) || more;
    return more || (lucid_output_pending(host->stack) && !host->out_waits);
}

/* First what the application did since the last turn goes out, then the wait, then the turn: so that whoever called
 * sees what the wait was for. */
int lucid_host_step(struct lucid_host *host, lucid_time timeout) {
    bool more = false, gone = false;
    host->now = lucid_host_now();
    host->more = serve_application(host) || host->more;
    if (!read_ahead(host, &more, &gone)) {
        host_wait(host, host->more || host->stopped ? 0 : timeout);
        more = read_device(host, host->now, &gone);
    }
    host->more = turn(host, more);
    if (gone) {
        return -LUCID_EIO;
    }
    host_arm(host);
    return 0;
}

lucid_time lucid_host_time(const struct lucid_host *host) {
    return host->now;
}

int lucid_host_run(struct lucid_host *host) {
    int result = 0;
    while (!host->stopped && result == 0) {
        result = lucid_host_step(host, LUCID_NEVER);
    }
    return result;
}

void lucid_host_stop(struct lucid_host *host) {
    int saved = errno;
    uint64_t one = 1;
    host->stopped = true;
    ssize_t written = write(host->stop_event, &one, sizeof one);
    (void)written;
    errno = saved;
}

bool lucid_host_stopped(const struct lucid_host *host) {
    return host->stopped;
}
