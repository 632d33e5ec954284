/* diag.c: what the kernel says of its own TCP sockets: netlink, socket diagnostics (linux/inet_diag.h).
 *
 * One netlink socket, one request at a time, each answered before the call returns. The kernel answers a request for
 * one socket from its hash table, at the cost of a system call each way; a request for all walks the whole table, which
 * takes a millisecond where memory is plenty. So whoever looks after each packet asks for the one it knows.
 *
 * The kernel numbers the states in an order of its own; here they are those of lucid/info.h.
 */
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lucid/host.h"
#include "say.h"

/* Octets of one read: what the kernel puts into one message of many answers. */
enum { ROOM = 32768 };

struct lucid_diag {
    int fd;
    uint32_t serial;
    _Alignas(struct nlmsghdr) char room[ROOM];
};

struct request {
    struct nlmsghdr header;
    struct inet_diag_req_v2 ask;
};

struct lucid_diag *lucid_diag_open(char error[LUCID_ERROR_TEXT]) {
    struct lucid_diag *diag = malloc(sizeof *diag);
    if (!diag) {
        say(error, ENOMEM, "there is no memory");
        return NULL;
    }
    diag->serial = 0;
    diag->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
    if (diag->fd < 0) {
        say(error, errno, "this kernel tells nothing about its sockets (%s): load the modules inet_diag and tcp_diag",
            strerror(errno));
        free(diag);
        return NULL;
    }
    return diag;
}

void lucid_diag_close(struct lucid_diag *diag) {
    if (diag) {
        close(diag->fd);
        free(diag);
    }
}

/* ---- what the kernel says ---- */

uint16_t lucid_diag_state(unsigned kernel) {
    static const uint16_t states[] = {
        [TCP_ESTABLISHED] = LUCID_ESTABLISHED,
        [TCP_SYN_SENT] = LUCID_SYN_SENT,
        [TCP_SYN_RECV] = LUCID_SYN_RECEIVED,
        [TCP_FIN_WAIT1] = LUCID_FIN_WAIT_1,
        [TCP_FIN_WAIT2] = LUCID_FIN_WAIT_2,
        [TCP_TIME_WAIT] = LUCID_TIME_WAIT,
        [TCP_CLOSE] = LUCID_CLOSED,
        [TCP_CLOSE_WAIT] = LUCID_CLOSE_WAIT,
        [TCP_LAST_ACK] = LUCID_LAST_ACK,
        [TCP_LISTEN] = LUCID_LISTEN,
        [TCP_CLOSING] = LUCID_CLOSING,
        [TCP_CLOSING + 1] = LUCID_SYN_RECEIVED,
    };
    return kernel < sizeof states / sizeof states[0] ? states[kernel] : 0;
}

static struct lucid_sockaddr end_of(unsigned family, const __be32 address[4], __be16 port) {
    struct lucid_sockaddr end = {.port = ntohs(port)};
    if (family == AF_INET6) {
        memcpy(end.addr.octet, address, 16);
        return end;
    }
    end.addr.octet[10] = end.addr.octet[11] = 0xff;
    memcpy(end.addr.octet + 12, address, 4);
    return end;
}

/* The attribute is shorter on older kernels, longer on newer ones. */
static void take_info(struct lucid_diag_socket *made, const struct rtattr *attribute) {
    struct tcp_info info = {0};
    size_t length = RTA_PAYLOAD(attribute);
    memcpy(&info, RTA_DATA(attribute), length < sizeof info ? length : sizeof info);
    made->rto = (lucid_time)info.tcpi_rto * LUCID_MICROSECOND;
    made->cwnd = info.tcpi_snd_cwnd * info.tcpi_snd_mss;
    made->retransmissions = info.tcpi_total_retrans;
}

static struct lucid_diag_socket socket_of(const struct nlmsghdr *header) {
    const struct inet_diag_msg *message = NLMSG_DATA(header);
    struct lucid_diag_socket made = {
        .local = end_of(message->idiag_family, message->id.idiag_src, message->id.idiag_sport),
        .remote = end_of(message->idiag_family, message->id.idiag_dst, message->id.idiag_dport),
        .state = lucid_diag_state(message->idiag_state),
    };
    unsigned left = header->nlmsg_len - (unsigned)NLMSG_LENGTH(sizeof *message);
    const struct rtattr *attribute = (const struct rtattr *)(const void *)(message + 1);
    for (; RTA_OK(attribute, left); attribute = RTA_NEXT(attribute, left)) {
        if (attribute->rta_type == INET_DIAG_INFO) {
            take_info(&made, attribute);
        }
    }
    return made;
}

/* ---- asking ---- */

static struct request request_of(struct lucid_diag *diag, unsigned family, unsigned flags) {
    struct request request = {
        .header = {.nlmsg_len = sizeof request,
                   .nlmsg_type = SOCK_DIAG_BY_FAMILY,
                   .nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags),
                   .nlmsg_seq = ++diag->serial},
        .ask = {.sdiag_family = (uint8_t)family,
                .sdiag_protocol = IPPROTO_TCP,
                .idiag_ext = 1 << (INET_DIAG_INFO - 1),
                .idiag_states = ~0u},
    };
    request.ask.id.idiag_cookie[0] = request.ask.id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
    return request;
}

/* Hands every socket of one read to call. Returns 1: more will come; 0: that was all; or a negative error. */
static int take_answers(struct lucid_diag *diag, const struct request *request,
                        void (*call)(void *user, const struct lucid_diag_socket *socket), void *user) {
    ssize_t got = recv(diag->fd, diag->room, sizeof diag->room, 0);
    if (got < 0) {
        return errno == EINTR ? 1 : -errno;
    }
    unsigned left = (unsigned)got;
    for (const struct nlmsghdr *header = (void *)diag->room; NLMSG_OK(header, left);
         header = NLMSG_NEXT(header, left)) {
        if (header->nlmsg_seq != request->header.nlmsg_seq) {
            continue;
        }
        if (header->nlmsg_type == NLMSG_ERROR) {
            return ((const struct nlmsgerr *)NLMSG_DATA(header))->error;
        }
        if (header->nlmsg_type == NLMSG_DONE) {
            return 0;
        }
        struct lucid_diag_socket socket = socket_of(header);
        call(user, &socket);
    }
    return (request->header.nlmsg_flags & NLM_F_DUMP) != 0;
}

static int ask(struct lucid_diag *diag, const struct request *request,
               void (*call)(void *user, const struct lucid_diag_socket *socket), void *user) {
    if (send(diag->fd, request, sizeof *request, 0) < 0) {
        return -errno;
    }
    int result;
    do {
        result = take_answers(diag, request, call, user);
    } while (result > 0);
    return result;
}

int lucid_diag_each(struct lucid_diag *diag, void (*call)(void *user, const struct lucid_diag_socket *socket),
                    void *user) {
    static const unsigned families[] = {AF_INET, AF_INET6};
    int result = 0;
    for (unsigned i = 0; i < 2 && result == 0; i++) {
        struct request request = request_of(diag, families[i], NLM_F_DUMP);
        result = ask(diag, &request, call, user);
    }
    return result;
}

static void keep(void *user, const struct lucid_diag_socket *socket) {
    *(struct lucid_diag_socket *)user = *socket;
}

static void put_address(__be32 room[4], const struct lucid_addr *addr, bool ipv4) {
    memcpy(room, ipv4 ? addr->octet + 12 : addr->octet, ipv4 ? 4 : 16);
}

int lucid_diag_look(struct lucid_diag *diag, const struct lucid_sockaddr *local, const struct lucid_sockaddr *remote,
                    struct lucid_diag_socket *found) {
    bool ipv4 = lucid_addr_is_ipv4(&local->addr);
    struct request request = request_of(diag, ipv4 ? AF_INET : AF_INET6, 0);
    struct inet_diag_sockid *id = &request.ask.id;
    put_address(id->idiag_src, &local->addr, ipv4);
    put_address(id->idiag_dst, &remote->addr, ipv4);
    id->idiag_sport = htons(local->port);
    id->idiag_dport = htons(remote->port);
    *found = (struct lucid_diag_socket){0};
    int result = ask(diag, &request, keep, found);
    if (result < 0 && result != -ENOENT) {
        return result;
    }
    /* Where no socket has these ends, the kernel shows the listener that would take them. */
    return result == 0 && found->remote.port == remote->port && found->state != 0;
}
