/* end.c: see end.h. */
#include "sim/end.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/stream.h"

static void __attribute__((format(printf, 2, 3))) broken(struct end *end, const char *format, ...) {
    if (end->broken[0] != '\0') {
        return;
    }
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(end->broken, sizeof end->broken, format, arguments);
    va_end(arguments);
}

uint8_t end_octet(uint64_t key, uint16_t source, uint16_t destination, uint64_t offset) {
    return *stream_at(key, source, destination, offset);
}

uint64_t end_key(uint64_t key, uint32_t iss) {
    return key + (uint64_t)iss * UINT64_C(0x9e3779b97f4a7c15);
}

bool end_done(const struct end *end) {
    return end->fd < 0;
}

static lucid_time earlier(lucid_time a, lucid_time b) {
    return a < b ? a : b;
}

lucid_time end_deadline(const struct end *end) {
    lucid_time writes = end->writes_at ? end->writes_at : LUCID_NEVER;
    lucid_time reads = end->reads_at ? end->reads_at : LUCID_NEVER;
    lucid_time ends = end->ends_at && !end->shut && end->error == 0 ? end->ends_at : LUCID_NEVER;
    return end_done(end) ? LUCID_NEVER : earlier(ends, earlier(writes, reads));
}

static void give_back(struct end *end) {
    if (lucid_close(end->stack, end->fd) != 0) {
        broken(end, "the handle cannot be closed");
    }
    end->fd = -1;
}

static void failed(struct end *end, ptrdiff_t error) {
    end->error = (int)-error;
    give_back(end);
}

/* ---- writing ---- */

static void released(void *argument, const void *data, size_t length) {
    struct end *end = argument;
    (void)length;
    end->released++;
    free((void *)data);
}

static ptrdiff_t send_piece(struct end *end, const uint8_t *octets, uint32_t length) {
    if (!end->lends) {
        return lucid_send(end->stack, end->fd, octets, length, 0);
    }
    void *copy = malloc(length);
    memcpy(copy, octets, length);
    ptrdiff_t taken = lucid_send_lend(end->stack, end->fd, copy, length, released, end);
    if (taken < 0) {
        free(copy);
        return taken;
    }
    end->lent++;
    if (taken != (ptrdiff_t)length) {
        broken(end, "lucid_send_lend() took a part");
    }
    return taken;
}

/* Sends one piece. Returns true when there may be more to do now. */
static bool write_once(struct end *end, lucid_time now) {
    uint32_t left = (end->manner == END_ECHOES ? end->received : end->to_send) - end->sent;
    uint32_t length = left < end->write_size ? left : end->write_size;
    ptrdiff_t taken = send_piece(end, stream_at(end_key(end->key, end->iss), end->port, end->peer_port, end->sent),
                                 length);
    end->refused = taken == -LUCID_EAGAIN ? end->refused | LUCID_POLLOUT : end->refused & ~(unsigned)LUCID_POLLOUT;
    if (taken == -LUCID_EAGAIN) {
        return false;
    }
    if (taken == -LUCID_ENOBUFS) {
        end->writes_at = now + LUCID_SECOND; /* memory is short: once more, later */
        return false;
    }
    if (taken < 0) {
        failed(end, taken);
        return false;
    }
    if (taken == 0 || (uint32_t)taken > length) {
        broken(end, "send took %td of %u octets", taken, length);
    }
    end->sent += (uint32_t)taken;
    end->writes_at = end->write_pause ? now + end->write_pause : 0;
    return end->write_pause == 0;
}

/* ---- reading ---- */

static void compare(struct end *end, const uint8_t *octets, size_t length) {
    const uint8_t *expected = stream_at(end_key(end->key, end->irs), end->peer_port, end->port, end->received);
    size_t same = memcmp(octets, expected, length) == 0 ? length : 0;
    while (same < length && octets[same] == expected[same]) {
        same++;
    }
    end->received += (uint32_t)length;
    if (end->believes_all) {
        return;
    }
    if (same < length) {
        broken(end, "I15: octet %zu of the stream is %02x, %02x was sent", end->received - length + same, octets[same],
               expected[same]);
    }
    if (end->received > end->to_receive) {
        broken(end, "I15: %u octets were read, %u were sent", end->received, end->to_receive);
    }
}

static ptrdiff_t lend_piece(struct end *end) {
    struct lucid_slice slices[4];
    size_t count;
    ptrdiff_t lent = lucid_recv_lend(end->stack, end->fd, slices, 4, &count);
    if (lent <= 0) {
        return lent;
    }
    size_t used = (size_t)lent < end->read_size ? (size_t)lent : end->read_size;
    size_t left = used, total = 0;
    for (size_t i = 0; i < count; i++) {
        size_t part = slices[i].length < left ? slices[i].length : left;
        compare(end, slices[i].data, part);
        left -= part;
        total += slices[i].length;
    }
    if (total != (size_t)lent || lucid_recv_return(end->stack, end->fd, used) != 0) {
        broken(end, "lucid_recv_lend() does not add up");
    }
    return (ptrdiff_t)used;
}

static ptrdiff_t receive_piece(struct end *end) {
    static uint8_t octets[STREAM_PIECE_MAX];
    if (end->lends) {
        return lend_piece(end);
    }
    ptrdiff_t length = lucid_recv(end->stack, end->fd, octets, end->read_size, 0);
    if (length > 0) {
        compare(end, octets, (size_t)length);
    }
    return length;
}

/* Reads one piece. Returns true when there may be more to do now. */
static bool read_once(struct end *end, lucid_time now) {
    ptrdiff_t length = receive_piece(end);
    end->refused = length == -LUCID_EAGAIN ? end->refused | LUCID_POLLIN : end->refused & ~(unsigned)LUCID_POLLIN;
    if (length == -LUCID_EAGAIN) {
        return false;
    }
    if (length < 0) {
        failed(end, length);
        return false;
    }
    if (length == 0) {
        end->ended = true;
        return true;
    }
    end->reads_at = end->read_pause ? now + end->read_pause : 0;
    return end->read_pause == 0;
}

/* ---- manners ---- */

/* Whether it is this end's turn to send. */
static bool has_turn(const struct end *end) {
    switch (end->manner) {
    case END_ANSWERS:
        return end->ended;
    case END_ASKS:
        return end->received == end->sent;
    case END_ECHOES:
        return end->received > end->sent;
    case END_ORDERLY:
    case END_CLOSES:
    case END_ABORTS:
        break;
    }
    return true;
}

static bool may_write(const struct end *end, lucid_time now) {
    return has_turn(end) && end->sent < end->to_send && end->writes_at <= now;
}

static bool may_read(const struct end *end, lucid_time now) {
    return !end->ended && end->manner != END_CLOSES && end->reads_at <= now;
}

static void half_close(struct end *end) {
    int result = lucid_shutdown(end->stack, end->fd, LUCID_SHUT_WR);
    end->shut = result == 0;
    if (result != 0 && result != -LUCID_ENOTCONN) {
        broken(end, "shutdown returned %d", result);
    }
}

/* Everything is sent, and the pause after it is over. */
static bool sends_no_more(struct end *end, lucid_time now) {
    if (end->sent < end->to_send || (end->manner == END_ANSWERS && !end->ended)) {
        return false;
    }
    if (end->ends_at == 0) {
        end->ends_at = now + end->end_pause;
    }
    return end->ends_at <= now;
}

/* Half-closes or closes when the manner says so. */
static void finish(struct end *end, lucid_time now) {
    bool all_sent = sends_no_more(end, now);
    if (end->manner == END_ABORTS && end->sent + end->received >= end->abort_after) {
        lucid_abort(end->stack, end->fd);
        end->fd = -1;
        return;
    }
    if (all_sent && !end->shut && end->manner != END_CLOSES) {
        half_close(end);
    }
    if ((end->shut && end->ended) || (all_sent && end->manner == END_CLOSES)) {
        give_back(end);
    }
}

/* With by_iss: the streams belong to this connection only, not to a later one between the same ports. */
static void learn_numbers(struct end *end) {
    struct lucid_tcp_info info;
    size_t length = sizeof info;
    if (end->by_iss && lucid_getsockopt(end->stack, end->fd, LUCID_IPPROTO_TCP, LUCID_TCP_INFO, &info, &length) == 0) {
        end->iss = info.iss;
        end->irs = info.irs;
    }
}

/* What the handle is ready for. An error ends the end. */
static short poll_events(struct end *end) {
    struct lucid_pollfd poll = {.fd = end->fd, .events = LUCID_POLLIN | LUCID_POLLOUT};
    lucid_poll(end->stack, &poll, 1);
    if (poll.revents & LUCID_POLLERR) {
        int error = 0;
        size_t length = sizeof error;
        lucid_getsockopt(end->stack, end->fd, LUCID_SOL_SOCKET, LUCID_SO_ERROR, &error, &length);
        failed(end, -error);
        return 0;
    }
    if (!end->open && poll.revents != 0) {
        end->open = true;
        learn_numbers(end);
    }
    return poll.revents;
}

/* What it would do if it were ready: now it waits for an event (I37). */
static void note_waiting(struct end *end, short events, lucid_time now) {
    unsigned wants = (may_write(end, now) ? LUCID_POLLOUT : 0u) | (may_read(end, now) ? LUCID_POLLIN : 0u);
    end->refused |= wants & ~(unsigned)events;
}

/* One round. Returns true when another may get on. Nothing is tried that poll() does not promise. */
static bool run_once(struct end *end, lucid_time now) {
    short events = poll_events(end);
    if (end->fd < 0 || !end->open) {
        return false;
    }
    note_waiting(end, events, now);
    bool more = (events & LUCID_POLLOUT) && may_write(end, now) && write_once(end, now);
    if (end->fd > 0 && (events & LUCID_POLLIN) && may_read(end, now)) {
        more = read_once(end, now) || more;
    }
    if (end->fd > 0) {
        finish(end, now);
    }
    return more && end->fd > 0;
}

void end_run(struct end *end, lucid_time now) {
    end->writes_at = end->writes_at <= now ? 0 : end->writes_at;
    end->reads_at = end->reads_at <= now ? 0 : end->reads_at;
    while (end->fd > 0 && run_once(end, now)) {
    }
}
