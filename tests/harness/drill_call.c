/* drill_call.c: plays the calls: script descriptors become handles of the stack, results become those of system calls.
 *
 * What is written and what is read are the octets that belong to their place in the stream (drill_octet()).
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "harness/drill_run.h"
#include "lucid/socket.h"

#define READ_MAX (1u << 20) /* octets that one read can ask for */

struct drill_fd *drill_fd(struct drill_run *run, int number) {
    static struct drill_fd nobody = {.handle = -1};
    return number >= 0 && number < DRILL_FDS && run->fd[number].used ? &run->fd[number] : &nobody;
}

static int handle_of(struct drill_run *run, const struct drill_call *call) {
    run->last_fd = call->fd;
    return drill_fd(run, call->fd)->handle;
}

/* The address that a call names, "..." being the usual one. */
static struct lucid_sockaddr address_of(const struct drill_call *call, const struct lucid_sockaddr *usual) {
    struct lucid_sockaddr address = *usual;
    if (call->address.has_addr) {
        address.addr = call->address.addr;
    }
    address.port = call->address.port ? call->address.port : address.port;
    return address;
}

/* Gives the result of socket or accept the number that the script wants. */
static int64_t new_fd(struct drill_run *run, const struct drill_call *call, int handle, bool stream) {
    if (handle < 0) {
        return handle;
    }
    if (call->result < 0 || call->result >= DRILL_FDS || run->fd[call->result].open) {
        return INT32_MAX;
    }
    run->fd[call->result] = (struct drill_fd){.used = true, .open = true, .stream = stream, .handle = handle};
    run->last_fd = (int)call->result;
    return call->result;
}

static int64_t call_socket(struct drill_run *run, const struct drill_call *call) {
    int family = run->variant.ipv4 ? LUCID_AF_INET : LUCID_AF_INET6;
    return new_fd(run, call, lucid_socket(run->stack, family, call->type, call->number),
                  call->type == LUCID_SOCK_STREAM);
}

static int64_t call_accept(struct drill_run *run, const struct drill_call *call) {
    struct lucid_sockaddr peer;
    int handle = lucid_accept(run->stack, handle_of(run, call), &peer);
    int64_t result = new_fd(run, call, handle, true);
    if (result >= 0) {
        struct drill_fd *fd = &run->fd[result];
        fd->ends.peer = peer;
        lucid_getsockname(run->stack, handle, &fd->ends.local);
    }
    return result;
}

/* After the call the usual lines are about this connection, with the local port that it got. */
static void note_ends(struct drill_run *run, struct drill_fd *fd, int handle, const struct lucid_sockaddr *remote) {
    if (lucid_getsockname(run->stack, handle, &fd->ends.local) != 0) {
        return;
    }
    fd->ends.peer = *remote;
    run->usual.local.port = fd->ends.local.port;
    struct drill_flow *flow = fd->stream ? drill_flow_find(run, &fd->ends) : NULL;
    if (flow) {
        flow->fresh = true;
        flow->has_stamp = false;
    }
}

static int64_t call_connect(struct drill_run *run, const struct drill_call *call, bool first) {
    struct drill_fd *fd = drill_fd(run, call->fd);
    struct lucid_sockaddr remote = address_of(call, &run->usual.peer);
    int handle = handle_of(run, call);
    int result = lucid_connect(run->stack, handle, &remote);
    if (first && (result == 0 || result == -LUCID_EINPROGRESS)) {
        note_ends(run, fd, handle, &remote);
    }
    /* A call that waited learns of its success by asking again. */
    return !first && result == -LUCID_EISCONN ? 0 : result;
}

static int64_t call_send(struct drill_run *run, const struct drill_call *call, int64_t done) {
    struct drill_fd *fd = drill_fd(run, call->fd);
    struct lucid_sockaddr remote = address_of(call, &run->usual.peer);
    bool opens = fd->stream && (call->number & LUCID_MSG_FASTOPEN);
    bool to = call->name == DRILL_CALL_SENDTO && (!fd->stream || opens);
    size_t length = (size_t)(call->length - done);
    uint8_t *data = malloc(length + 1);
    drill_octets(true, fd->stream ? fd->written : 0, data, length);
    int64_t result = lucid_sendto(run->stack, handle_of(run, call), data, length, call->number, to ? &remote : NULL);
    if (opens && result >= 0) {
        note_ends(run, fd, handle_of(run, call), &remote);
    }
    free(data);
    fd->written += result > 0 && fd->used ? (uint32_t)result : 0;
    return result;
}

static int64_t call_recv(struct drill_run *run, const struct drill_call *call) {
    struct drill_fd *fd = drill_fd(run, call->fd);
    size_t room = call->length < READ_MAX ? (size_t)call->length : READ_MAX;
    uint8_t *data = malloc(room + 1);
    uint32_t place = fd->stream ? fd->read : 0;
    int64_t result = lucid_recvfrom(run->stack, handle_of(run, call), data, room, call->number, NULL, NULL);
    for (int64_t i = 0; i < result; i++) {
        if (data[i] != drill_octet(false, place + (uint32_t)i)) {
            drill_fail_line(run, "octet %lld of what was read is not the one that belongs there", (long long)i);
            break;
        }
    }
    free(data);
    fd->read += result > 0 && fd->used && !(call->number & LUCID_MSG_PEEK) ? (uint32_t)result : 0;
    return result;
}

static int64_t call_close(struct drill_run *run, const struct drill_call *call) {
    int handle = handle_of(run, call);
    int64_t result = call->name == DRILL_CALL_CLOSE ? lucid_close(run->stack, handle) : lucid_abort(run->stack, handle);
    drill_fd(run, call->fd)->open = false;
    return result;
}

static int64_t call_getsockopt(struct drill_run *run, const struct drill_call *call) {
    int value = 0;
    char text[32] = "";
    bool is_text = call->level == LUCID_IPPROTO_TCP && call->option == LUCID_TCP_CONGESTION;
    size_t length = is_text ? sizeof text : sizeof value;
    int result = lucid_getsockopt(run->stack, handle_of(run, call), call->level, call->option,
                                  is_text ? (void *)text : (void *)&value, &length);
    if (result == 0 && is_text && strcmp(text, call->text) != 0) {
        drill_fail_line(run, "the value is \"%s\"", text);
    } else if (result == 0 && !is_text && value != call->value) {
        drill_fail_line(run, "the value is %d", value);
    }
    return result;
}

static int64_t call_setsockopt(struct drill_run *run, const struct drill_call *call) {
    int value = (int)call->value;
    if (call->text[0] != '\0') {
        return lucid_setsockopt(run->stack, handle_of(run, call), call->level, call->option, call->text,
                                strlen(call->text) + 1);
    }
    return lucid_setsockopt(run->stack, handle_of(run, call), call->level, call->option, &value, sizeof value);
}

static int64_t call_poll(struct drill_run *run, const struct drill_call *call) {
    struct lucid_pollfd polls[DRILL_POLL_MAX];
    for (unsigned i = 0; i < call->polls; i++) {
        const struct drill_fd *fd = drill_fd(run, call->poll[i].fd);
        polls[i] = (struct lucid_pollfd){.fd = fd->used ? fd->handle : 0x7fffffff,
                                         .events = (short)call->poll[i].events};
    }
    int result = lucid_poll(run->stack, polls, call->polls);
    for (unsigned i = 0; i < call->polls && result == call->result; i++) {
        if (call->poll[i].revents != DRILL_ANY && call->poll[i].revents != polls[i].revents) {
            drill_fail_line(run, "revents of descriptor %d is 0x%x, not 0x%x", call->poll[i].fd,
                            (unsigned)polls[i].revents, (unsigned)call->poll[i].revents);
        }
    }
    return result;
}

static int64_t call_next_event(struct drill_run *run, const struct drill_call *call) {
    struct lucid_ready ready;
    int handle = handle_of(run, call);
    int64_t count = 0;
    while (lucid_next_event(run->stack, &ready)) {
        count += ready.fd == handle;
    }
    return count;
}

/* Sockets of the stack never block; the flag is only remembered. */
static int64_t call_fcntl(struct drill_run *run, const struct drill_call *call) {
    struct drill_fd *fd = drill_fd(run, call->fd);
    if (!fd->open) {
        return -LUCID_EBADF;
    }
    if (call->command == F_GETFL) {
        return O_RDWR | (fd->nonblocking ? O_NONBLOCK : 0);
    }
    fd->nonblocking = (call->number & O_NONBLOCK) != 0;
    return 0;
}

static int64_t call_bind(struct drill_run *run, const struct drill_call *call) {
    struct lucid_sockaddr local = address_of(call, &run->usual.local);
    int result = lucid_bind(run->stack, handle_of(run, call), &local);
    if (result == 0) {
        drill_fd(run, call->fd)->ends.local = local;
    }
    return result;
}

int64_t drill_call(struct drill_run *run, struct drill_waiting *waiting, bool first) {
    const struct drill_call *call = &waiting->line->u.call;
    switch ((enum drill_call_name)call->name) {
    case DRILL_CALL_SOCKET:
        return call_socket(run, call);
    case DRILL_CALL_BIND:
        return call_bind(run, call);
    case DRILL_CALL_LISTEN:
        return lucid_listen(run->stack, handle_of(run, call), call->number);
    case DRILL_CALL_ACCEPT:
        return call_accept(run, call);
    case DRILL_CALL_CONNECT:
        return call_connect(run, call, first);
    case DRILL_CALL_READ:
    case DRILL_CALL_RECV:
    case DRILL_CALL_RECVFROM:
        return call_recv(run, call);
    case DRILL_CALL_WRITE:
    case DRILL_CALL_SEND:
    case DRILL_CALL_SENDTO:
        return call_send(run, call, waiting->done);
    case DRILL_CALL_SHUTDOWN:
        return lucid_shutdown(run->stack, handle_of(run, call), call->number);
    case DRILL_CALL_SOCKATMARK:
        return lucid_sockatmark(run->stack, handle_of(run, call));
    case DRILL_CALL_NEXT_EVENT:
        return call_next_event(run, call);
    case DRILL_CALL_CLOSE:
    case DRILL_CALL_ABORT:
        return call_close(run, call);
    case DRILL_CALL_GETSOCKOPT:
        return call_getsockopt(run, call);
    case DRILL_CALL_SETSOCKOPT:
        return call_setsockopt(run, call);
    case DRILL_CALL_POLL:
        return call_poll(run, call);
    case DRILL_CALL_FCNTL:
        return call_fcntl(run, call);
    case DRILL_CALLS:
        break;
    }
    return -LUCID_EINVAL;
}
