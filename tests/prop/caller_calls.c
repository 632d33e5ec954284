/* caller_calls.c: the calls, one function each, and the table that chooses. See caller.h. */
#include <stdlib.h>
#include <string.h>

#include "prop/caller_private.h"
#include "sim/end.h"

static uint8_t octets[CALLER_OCTETS];

static void call_socket(struct caller *caller) {
    static const int families[] = {LUCID_AF_UNSPEC, LUCID_AF_INET, LUCID_AF_INET6, 7};
    struct handle *place = caller_place(caller);
    bool stream = !caller_one_in(caller, 4);
    if (!place) {
        return;
    }
    int type = caller_one_in(caller, 30) ? 9 : stream ? LUCID_SOCK_STREAM : LUCID_SOCK_DGRAM;
    int fd = lucid_socket(caller->stack, families[caller_below(caller, caller_one_in(caller, 10) ? 4 : 3)], type,
                          caller_one_in(caller, 30) ? 6 : 0);
    if (fd > 0) {
        caller_opened(caller, place, fd, stream);
        return;
    }
    caller_judge(caller, "socket", place, fd);
}

static void call_bind(struct caller *caller) {
    struct handle *handle;
    int fd = caller_handle(caller, &handle);
    struct lucid_sockaddr address = caller_address(caller);
    caller_judge(caller, "bind", handle, lucid_bind(caller->stack, fd, &address));
}

static void call_listen(struct caller *caller) {
    struct handle *handle;
    int fd = caller_handle(caller, &handle);
    caller_judge(caller, "listen", handle, lucid_listen(caller->stack, fd, (int)caller_below(caller, 4) - 1));
}

static void call_accept(struct caller *caller) {
    struct handle *handle;
    struct handle *place = caller_place(caller);
    int fd = caller_handle(caller, &handle);
    if (!place) {
        return;
    }
    int made = lucid_accept(caller->stack, fd, NULL);
    if (made > 0) {
        caller_opened(caller, place, made, true);
        return;
    }
    caller_judge(caller, "accept", handle, made);
}

static void call_connect(struct caller *caller) {
    struct handle *handle;
    int fd = caller_handle(caller, &handle);
    struct lucid_sockaddr address = caller_address(caller);
    caller_judge(caller, "connect", handle, lucid_connect(caller->stack, fd, &address));
}

/* Several calls in the order that makes sense, for what random ones seldom reach. */
static void call_serve(struct caller *caller) {
    struct handle *place = caller_place(caller);
    struct lucid_sockaddr any = {.port = (uint16_t)(80 + caller_below(caller, 2))};
    bool stream = !caller_one_in(caller, 3);
    int type = stream ? LUCID_SOCK_STREAM : LUCID_SOCK_DGRAM;
    int fd = place ? lucid_socket(caller->stack, LUCID_AF_UNSPEC, type, 0) : 0;
    if (fd > 0) {
        struct handle *handle = caller_opened(caller, place, fd, stream);
        caller_judge(caller, "bind", handle, lucid_bind(caller->stack, fd, &any));
        caller_judge(caller, "listen", handle, lucid_listen(caller->stack, fd, 1 + (int)caller_below(caller, 5)));
    }
}

/* With a port of its own the other node may do the same at the same time: simultaneous open. */
static void call_open(struct caller *caller) {
    struct handle *place = caller_place(caller);
    struct lucid_sockaddr peer = caller_peer(caller), local = {.port = 5000};
    int fd = place ? lucid_socket(caller->stack, LUCID_AF_UNSPEC, LUCID_SOCK_STREAM, 0) : 0;
    if (fd <= 0) {
        return;
    }
    struct handle *handle = caller_opened(caller, place, fd, true);
    if (caller_one_in(caller, 4)) {
        caller_judge(caller, "bind", handle, lucid_bind(caller->stack, fd, &local));
        peer.port = local.port;
    }
    caller_judge(caller, "connect", handle, lucid_connect(caller->stack, fd, &peer));
}

static void released(void *argument, const void *data, size_t length) {
    (void)length;
    ((struct caller *)argument)->released++;
    free((void *)data);
}

static ptrdiff_t send_lent(struct caller *caller, int fd, size_t length) {
    void *copy = malloc(length + 1);
    memcpy(copy, octets, length);
    ptrdiff_t taken = lucid_send_lend(caller->stack, fd, copy, length, released, caller);
    if (taken < 0) {
        free(copy);
    } else {
        caller->lent++;
    }
    return taken;
}

/* Fills octets with what comes next in the stream. On one that has no ends yet, it has no name: then nothing is
 * sent. */
static uint32_t next_octets(struct caller *caller, const struct handle *handle) {
    uint16_t ours, theirs;
    uint32_t length = caller_length(caller);
    if (!handle || !handle->stream) {
        return length;
    }
    if (!caller_ports(caller, handle->fd, &ours, &theirs)) {
        return 0;
    }
    for (uint32_t i = 0; i < length; i++) {
        octets[i] = end_octet(caller->key, ours, theirs, handle->sent + i);
    }
    return length;
}

static void call_send(struct caller *caller) {
    struct handle *handle;
    int fd = caller_handle(caller, &handle);
    uint32_t length = next_octets(caller, handle);
    bool lend = length > 0 && handle && handle->stream && caller_one_in(caller, 4);
    int flags = (caller_one_in(caller, 4) ? LUCID_MSG_MORE : 0) |
                (handle && handle->stream && caller_one_in(caller, 8) ? LUCID_MSG_OOB : 0);
    ptrdiff_t taken = lend ? send_lent(caller, fd, length) : lucid_send(caller->stack, fd, octets, length, flags);
    caller_judge(caller, "send", handle, taken);
    if (taken > (ptrdiff_t)length) {
        caller_broken(caller, "send took %td of %u octets", taken, length);
    }
    if (handle && taken > 0) {
        handle->sent += (uint64_t)taken;
    }
}

static void call_recv(struct caller *caller) {
    struct handle *handle;
    int fd = caller_handle(caller, &handle);
    uint32_t length = caller_length(caller);
    int flags = caller_one_in(caller, 4) ? LUCID_MSG_PEEK : 0;
    ptrdiff_t got = lucid_recv(caller->stack, fd, octets, length, flags);
    caller_judge(caller, "recv", handle, got);
    if (handle && got > 0) {
        caller_compare(caller, handle, octets, (size_t)got);
        handle->received += flags ? 0 : (uint64_t)got;
    }
}

static void call_recv_lend(struct caller *caller) {
    struct handle *handle;
    struct lucid_slice slices[3];
    size_t count, total = 0;
    int fd = caller_handle(caller, &handle);
    ptrdiff_t got = lucid_recv_lend(caller->stack, fd, slices, 1 + caller_below(caller, 3), &count);
    caller_judge(caller, "recv_lend", handle, got);
    for (size_t i = 0; i < count && got > 0; i++) {
        caller_compare(caller, handle, slices[i].data, slices[i].length);
        handle->received += slices[i].length;
        total += slices[i].length;
    }
    if (got < 0 || !handle) {
        return;
    }
    size_t used = caller_below(caller, (uint32_t)total + 1);
    handle->received -= total - used;
    int result = lucid_recv_return(caller->stack, fd, used);
    if (total != (size_t)got || result != 0) {
        caller_broken(caller, "recv_lend gave %td octets in slices of %zu; recv_return %d", got, total, result);
    }
    if (lucid_recv_return(caller->stack, fd, 1) == 0) {
        caller_broken(caller, "recv_return took back what was not lent");
    }
}

static void call_sendto(struct caller *caller) {
    struct handle *handle;
    int fd = caller_handle(caller, &handle);
    struct lucid_sockaddr address = caller_one_in(caller, 2) ? caller_address(caller) : caller_peer(caller);
    if (!handle || !handle->stream) {
        caller_judge(caller, "sendto", handle,
                     lucid_sendto(caller->stack, fd, octets, caller_length(caller), 0, &address));
    }
}

static void call_shutdown(struct caller *caller) {
    struct handle *handle;
    int fd = caller_handle(caller, &handle);
    int how = (int)caller_below(caller, caller_one_in(caller, 10) ? 5 : 3);
    int result = lucid_shutdown(caller->stack, fd, how);
    caller_judge(caller, "shutdown", handle, result);
    if (handle && how != LUCID_SHUT_WR) {
        handle->blind = true;
    }
}

static void call_close(struct caller *caller) {
    struct handle *handle;
    int fd = caller_handle(caller, &handle);
    bool abort = caller_one_in(caller, 4);
    int result = abort ? lucid_abort(caller->stack, fd) : lucid_close(caller->stack, fd);
    caller_judge(caller, "close", handle, result);
    if (handle && result == 0) {
        caller_closed(caller, handle);
    }
}

static void call_setsockopt(struct caller *caller) {
    static const int levels[] = {LUCID_SOL_SOCKET, LUCID_IPPROTO_TCP, LUCID_IPPROTO_IP, LUCID_IPPROTO_UDP};
    struct handle *handle;
    int fd = caller_handle(caller, &handle);
    int level = levels[caller_below(caller, 4)], option = (int)caller_below(caller, 32);
    int value = caller_one_in(caller, 4) ? (int)rng_next(caller->rng) : (int)caller_below(caller, 100) - 2;
    uint8_t room[400];
    size_t length = caller_below(caller, 2) ? sizeof value : caller_below(caller, sizeof room);
    memset(room, 0, sizeof room);
    memcpy(room, &value, sizeof value);
    if (caller_one_in(caller, 2)) {
        caller_judge(caller, "setsockopt", handle, lucid_setsockopt(caller->stack, fd, level, option, room, length));
    } else {
        caller_judge(caller, "getsockopt", handle, lucid_getsockopt(caller->stack, fd, level, option, room, &length));
    }
}

/* I37: what poll() says is true. */
static void call_poll(struct caller *caller) {
    struct handle *handle;
    int fd = caller_handle(caller, &handle);
    struct lucid_pollfd poll = {.fd = fd, .events = LUCID_POLLIN | LUCID_POLLOUT};
    lucid_poll(caller->stack, &poll, 1);
    if (((poll.revents & LUCID_POLLNVAL) != 0) != (handle == NULL && fd >= 0)) {
        caller_broken(caller, "POLLNVAL is wrong for handle %d", fd);
    }
    if (!handle) {
        return;
    }
    ptrdiff_t got = lucid_recv(caller->stack, fd, octets, 1, LUCID_MSG_PEEK);
    bool listens = got == -LUCID_ENOTCONN || got == -LUCID_EINVAL;
    if (!listens && (got != -LUCID_EAGAIN) != ((poll.revents & LUCID_POLLIN) != 0)) {
        caller_broken(caller, "I37: POLLIN is %d, recv returns %td", (poll.revents & LUCID_POLLIN) != 0, got);
    }
    if (handle->stream && (poll.revents & LUCID_POLLOUT) && lucid_send(caller->stack, fd, "", 0, 0) == -LUCID_EAGAIN) {
        caller_broken(caller, "I37: POLLOUT, but send returns EAGAIN");
    }
}

static void call_next_event(struct caller *caller) {
    struct lucid_ready ready;
    if (!lucid_next_event(caller->stack, &ready)) {
        return;
    }
    const struct handle *handle = ready.data;
    if (!handle || handle->fd != ready.fd || ready.events == 0) {
        caller_broken(caller, "an event for handle %d, which is not ours, or for nothing", ready.fd);
    }
}

static void call_names(struct caller *caller) {
    struct handle *handle;
    struct lucid_sockaddr address;
    struct lucid_tcp_info info;
    uint32_t cursor = 0;
    int fd = caller_handle(caller, &handle);
    caller_judge(caller, "getsockname", handle, lucid_getsockname(caller->stack, fd, &address));
    caller_judge(caller, "getpeername", handle, lucid_getpeername(caller->stack, fd, &address));
    while (lucid_info_next(caller->stack, &cursor, &info)) {
        if (strcmp(lucid_state_name(info.state), "?") == 0) {
            caller_broken(caller, "info shows a connection in no state");
        }
    }
}

void caller_call(struct caller *caller) {
    static void (*const calls[])(struct caller *) = {
        call_socket,    call_bind,       call_listen,     call_connect,    call_serve, call_open, call_open,
        call_open,      call_accept,     call_accept,     call_accept,     call_send,  call_send, call_send,
        call_send,      call_send,       call_recv,       call_recv,       call_recv,  call_recv, call_recv_lend,
        call_recv_lend, call_sendto,     call_shutdown,   call_close,      call_poll,  call_poll, call_poll,
        call_names,     call_setsockopt, call_next_event, call_next_event,
    };
    caller->calls++;
    calls[caller_below(caller, sizeof calls / sizeof calls[0])](caller);
}
