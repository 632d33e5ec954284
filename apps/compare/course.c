/* course.c: see course.h. */
#include "course.h"

#include <stdlib.h>
#include <string.h>

enum { SENDER, RECEIVER, PORT = 7000, NUMBER = 4 };

struct run {
    struct course *course;
    struct lucid_pair *pair;
    int sender, receiver; /* 0: none */
    int listener;
    unsigned next;      /* message to be sent */
    size_t next_octet;  /* of the stream, to be sent */
    size_t read_octets; /* of the stream, by the receiver */
    unsigned greatest;  /* message that came, from 1 */
    unsigned places;
    uint32_t first; /* sequence number of the stream's first octet */
    bool *octet_came;
    bool over;
};

/* ---- messages ---- */

/* The octet at a place of the stream of all messages: its number, then letters. */
static uint8_t octet_at(const struct course_options *options, size_t at) {
    uint32_t number = (uint32_t)(at / options->size);
    size_t place = at % options->size;
    if (place < NUMBER) {
        return (uint8_t)(number >> (8 * (NUMBER - 1 - place)));
    }
    return (uint8_t) "abcdefghijklmnopqrstuvwxyz"[place % 26];
}

static size_t write_octets(const struct course_options *options, size_t from, uint8_t *octets, size_t room) {
    size_t end = (size_t)options->messages * options->size, length = 0;
    for (; length < room && from + length < end; length++) {
        octets[length] = octet_at(options, from + length);
    }
    return length;
}

static void got_message(struct run *run, unsigned number) {
    struct course *course = run->course;
    struct course_message *message = &course->message[number];
    if (message->times++ > 0) {
        return;
    }
    message->got = lucid_pair_now(run->pair);
    message->place = ++run->places;
    course->out_of_order += number + 1 < run->greatest;
    run->greatest = number + 1 > run->greatest ? number + 1 : run->greatest;
}

/* ---- packets, as a sniffer at each end sees them ---- */

struct seen {
    bool tcp, syn;
    uint32_t seq;
    const uint8_t *data;
    size_t length;
};

static uint32_t get_u32(const uint8_t *at) {
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

/* The octets of a header of TCP or UDP. */
static size_t header_length(bool tcp, const uint8_t *head) {
    return tcp ? 4u * (head[12] >> 4) : 8u;
}

/* False: not a whole packet of IPv4 with UDP or TCP in it. */
static bool look(struct seen *seen, const uint8_t *octets, size_t length) {
    if (length < 28 || octets[0] >> 4 != 4 || (octets[9] != 6 && octets[9] != 17)) {
        return false;
    }
    const uint8_t *head = octets + 4u * (octets[0] & 15u);
    size_t rest = length - (size_t)(head - octets);
    seen->tcp = octets[9] == 6;
    if (head + (seen->tcp ? 20 : 8) > octets + length || rest < header_length(seen->tcp, head)) {
        return false;
    }
    seen->syn = seen->tcp && (head[13] & 2);
    seen->seq = seen->tcp ? get_u32(head + 4) : 0;
    seen->data = head + header_length(seen->tcp, head);
    seen->length = rest - header_length(seen->tcp, head);
    return true;
}

/* The messages of which a packet has octets. Returns how many; *first is the first. */
static unsigned messages_in(const struct run *run, const struct seen *seen, size_t *at, unsigned *first) {
    const struct course_options *options = &run->course->options;
    size_t end = (size_t)options->messages * options->size;
    *at = seen->tcp                ? seen->seq - run->first
          : seen->length >= NUMBER ? (size_t)get_u32(seen->data) * options->size
                                   : end;
    if (seen->length == 0 || *at >= end || seen->length > end - *at) {
        return 0;
    }
    *first = (unsigned)(*at / options->size);
    return (unsigned)((*at + seen->length - 1) / options->size) - *first + 1;
}

static void leaves(struct run *run, const struct seen *seen) {
    size_t at;
    unsigned first;
    if (seen->syn) {
        run->first = seen->seq + 1;
    }
    for (unsigned left = messages_in(run, seen, &at, &first); left > 0; left--) {
        struct course_message *message = &run->course->message[first + left - 1];
        message->left = message->packets == 0 ? lucid_pair_now(run->pair) : message->left;
        message->packets++;
    }
}

static bool is_whole(const struct run *run, unsigned number) {
    unsigned size = run->course->options.size;
    for (size_t i = 0; i < size; i++) {
        if (!run->octet_came[(size_t)number * size + i]) {
            return false;
        }
    }
    return true;
}

/* What was damaged on its way has not come. */
static void arrives(struct run *run, const struct seen *seen) {
    size_t at;
    unsigned first, count = messages_in(run, seen, &at, &first);
    for (size_t i = 0; count > 0 && i < seen->length; i++) {
        run->octet_came[at + i] |= seen->data[i] == octet_at(&run->course->options, at + i);
    }
    for (unsigned number = first; count > 0; number++, count--) {
        struct course_message *message = &run->course->message[number];
        if (message->came == LUCID_NEVER && is_whole(run, number)) {
            message->came = lucid_pair_now(run->pair);
        }
    }
}

static void on_packet(struct lucid_pair *pair, int which, bool leaving, const uint8_t *octets, size_t length,
                      void *user) {
    struct run *run = user;
    struct seen seen;
    run->course->end = lucid_pair_now(pair);
    if (leaving) {
        run->course->packets += which == SENDER;
        run->course->packets_back += which == RECEIVER;
        run->course->octets += length;
    }
    if (!look(&seen, octets, length)) {
        return;
    }
    if (which == SENDER && leaving) {
        leaves(run, &seen);
    } else if (which == RECEIVER && !leaving) {
        arrives(run, &seen);
    }
}

/* ---- the receiver ---- */

static void take_datagrams(struct run *run, struct lucid_stack *stack) {
    uint8_t octets[2048];
    ptrdiff_t length;
    while ((length = lucid_recv(stack, run->receiver, octets, sizeof octets, 0)) >= 0) {
        uint32_t number = length >= NUMBER ? get_u32(octets) : UINT32_MAX;
        run->course->reads++;
        if (number < run->course->options.messages) {
            got_message(run, number);
        }
    }
}

/* A stream has no ends of messages: what is read is as much as there is. */
static void take_stream(struct run *run, struct lucid_stack *stack) {
    uint8_t octets[16384];
    unsigned size = run->course->options.size;
    if (run->receiver == 0) {
        int fd = lucid_accept(stack, run->listener, NULL);
        run->receiver = fd > 0 ? fd : 0;
    }
    while (run->receiver > 0) {
        ptrdiff_t length = lucid_recv(stack, run->receiver, octets, sizeof octets, 0);
        if (length <= 0) {
            run->over |= length == 0;
            return;
        }
        run->course->reads++;
        size_t before = run->read_octets / size;
        run->read_octets += (size_t)length;
        for (size_t number = before; number < run->read_octets / size; number++) {
            got_message(run, (unsigned)number);
        }
    }
}

static void on_batch(struct lucid_pair *pair, int which, void *user) {
    struct run *run = user;
    struct lucid_stack *stack = lucid_pair_stack(pair, which);
    if (which == RECEIVER && run->course->options.tcp && run->listener > 0) {
        take_stream(run, stack);
    } else if (which == RECEIVER && run->receiver > 0) {
        take_datagrams(run, stack);
    }
}

/* ---- the sender ---- */

static void note_error(struct run *run, ptrdiff_t error) {
    struct course *course = run->course;
    if (course->error == 0) {
        course->error = (int)-error;
        course->error_at = lucid_pair_now(run->pair);
        course->error_before = course->options.tcp ? (unsigned)(run->next_octet / course->options.size) + 1
                                                   : run->next + 1;
    }
}

static void send_datagram(struct run *run, struct lucid_stack *stack) {
    uint8_t octets[2048];
    const struct course_options *options = &run->course->options;
    size_t length = write_octets(options, (size_t)run->next * options->size, octets, options->size);
    ptrdiff_t sent = lucid_send(stack, run->sender, octets, length, 0);
    if (sent < 0 && sent != -LUCID_EAGAIN) {
        note_error(run, sent); /* of a datagram before; this one has not left */
    }
    run->next++;
}

/* Whatever of the messages that are due has not been taken yet. */
static void send_stream(struct run *run, struct lucid_stack *stack) {
    uint8_t octets[2048];
    size_t due = (size_t)run->next * run->course->options.size;
    while (run->next_octet < due && !run->over) {
        size_t rest = due - run->next_octet, piece = run->course->options.size;
        size_t length = write_octets(&run->course->options, run->next_octet, octets, rest < piece ? rest : piece);
        ptrdiff_t sent = lucid_send(stack, run->sender, octets, length, 0);
        if (sent == -LUCID_EAGAIN || sent == -LUCID_ENOTCONN) {
            return;
        }
        if (sent < 0) {
            note_error(run, sent);
            run->over = true;
            return;
        }
        run->next_octet += (size_t)sent;
    }
    if (run->next == run->course->options.messages && run->next_octet == due) {
        lucid_shutdown(stack, run->sender, LUCID_SHUT_WR);
    }
}

static void send_due(struct run *run) {
    struct lucid_stack *stack = lucid_pair_stack(run->pair, SENDER);
    struct course *course = run->course;
    lucid_time now = lucid_pair_now(run->pair);
    while (run->next < course->options.messages && run->next * course->options.interval <= now) {
        course->message[run->next].sent = now;
        if (!course->options.tcp) {
            send_datagram(run, stack);
            continue;
        }
        run->next++;
    }
    if (course->options.tcp) {
        send_stream(run, stack);
    }
}

/* What the sender's socket has ended with, unless a call has said so already. */
static void ask_error(struct run *run) {
    int error = 0;
    size_t length = sizeof error;
    lucid_getsockopt(lucid_pair_stack(run->pair, SENDER), run->sender, LUCID_SOL_SOCKET, LUCID_SO_ERROR, &error,
                     &length);
    if (error != 0) {
        note_error(run, -error);
    }
}

/* ---- the whole ---- */

/* The receiver's end: a socket for datagrams, or one that listens. */
static int open_receiver(struct run *run, int type) {
    struct lucid_stack *stack = lucid_pair_stack(run->pair, RECEIVER);
    int fd = lucid_socket(stack, LUCID_AF_UNSPEC, type, 0);
    if (fd < 0) {
        return fd;
    }
    lucid_bind(stack, fd, &(struct lucid_sockaddr){.port = PORT});
    if (type == LUCID_SOCK_STREAM) {
        run->listener = fd;
        return lucid_listen(stack, fd, 1);
    }
    run->receiver = fd;
    return 0;
}

static int open_sender(struct run *run, int type) {
    struct lucid_stack *stack = lucid_pair_stack(run->pair, SENDER);
    struct lucid_sockaddr remote = {.port = PORT};
    const int on = 1;
    run->sender = lucid_socket(stack, LUCID_AF_UNSPEC, type, 0);
    if (run->sender < 0) {
        return run->sender;
    }
    if (type == LUCID_SOCK_STREAM) { /* a message is not to wait for the next one */
        lucid_setsockopt(stack, run->sender, LUCID_IPPROTO_TCP, LUCID_TCP_NODELAY, &on, sizeof on);
    }
    lucid_addr_parse("10.77.0.2", &remote.addr);
    int error = lucid_connect(stack, run->sender, &remote);
    return error == -LUCID_EINPROGRESS ? 0 : error;
}

static int go(struct run *run) {
    const struct course_options *options = &run->course->options;
    int type = options->tcp ? LUCID_SOCK_STREAM : LUCID_SOCK_DGRAM;
    int error = options->closed ? 0 : open_receiver(run, type);
    error = error < 0 ? error : open_sender(run, type);
    if (error < 0) {
        return error;
    }
    lucid_pair_on_packet(run->pair, on_packet, run);
    lucid_pair_on_batch(run->pair, on_batch, run);
    bool moves = true;
    while (moves && !run->over) {
        send_due(run);
        bool all = run->next == options->messages;
        moves = lucid_pair_step(run->pair, all ? LUCID_NEVER : run->next * options->interval) || !all;
    }
    ask_error(run);
    return 0;
}

int course_run(struct course *course, const struct course_options *options) {
    struct lucid_pair_options pair;
    struct run run = {.course = course};
    lucid_pair_defaults(&pair);
    pair.faults[0] = pair.faults[1] = options->faults;
    pair.seed = options->faults.seed;
    *course = (struct course){.options = *options};
    course->message = calloc(options->messages, sizeof *course->message);
    run.octet_came = calloc(options->messages, options->size);
    int error = !course->message || !run.octet_came ? -LUCID_ENOMEM : lucid_pair_open(&run.pair, &pair);
    for (unsigned i = 0; course->message && i < options->messages; i++) {
        course->message[i] = (struct course_message){LUCID_NEVER, LUCID_NEVER, LUCID_NEVER, LUCID_NEVER, 0, 0, 0};
    }
    if (error == 0) {
        error = go(&run);
    }
    lucid_pair_close(run.pair);
    free(run.octet_came);
    return error;
}

void course_free(struct course *course) {
    free(course->message);
    course->message = NULL;
}
