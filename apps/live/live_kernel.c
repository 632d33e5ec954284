/* live_kernel.c: see live_kernel.h. Linux counts its windows in segments; here they are octets. */
#include "live/live_kernel.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

#include "lucid/host.h"

static void no_timers(struct lucid_tcp_info *info) {
    info->rto_at = info->persist_at = info->delayed_ack_at = info->keepalive_at = LUCID_NEVER;
    info->timewait_at = info->fin_wait_2_at = info->user_at = LUCID_NEVER;
    info->reorder_at = info->tail_probe_at = LUCID_NEVER;
}

static struct lucid_sockaddr end_of(const struct sockaddr_storage *storage) {
    struct lucid_sockaddr end = {.port = 0};
    if (storage->ss_family == AF_INET6) {
        const struct sockaddr_in6 *ip6 = (const struct sockaddr_in6 *)(const void *)storage;
        memcpy(end.addr.octet, &ip6->sin6_addr, sizeof end.addr.octet);
        end.port = ntohs(ip6->sin6_port);
    } else {
        const struct sockaddr_in *ip4 = (const struct sockaddr_in *)(const void *)storage;
        end.addr.octet[10] = end.addr.octet[11] = 0xff;
        memcpy(end.addr.octet + 12, &ip4->sin_addr, 4);
        end.port = ntohs(ip4->sin_port);
    }
    return end;
}

bool live_kernel_info(int fd, struct lucid_tcp_info *info) {
    struct tcp_info tcp = {0};
    struct sockaddr_storage local, remote;
    socklen_t length = sizeof tcp, local_length = sizeof local, remote_length = sizeof remote;
    if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &tcp, &length) < 0 ||
        getsockname(fd, (struct sockaddr *)&local, &local_length) < 0 ||
        getpeername(fd, (struct sockaddr *)&remote, &remote_length) < 0) {
        return false;
    }
    uint32_t mss = tcp.tcpi_snd_mss;
    *info = (struct lucid_tcp_info){
        .fd = fd,
        .state = lucid_diag_state(tcp.tcpi_state),
        .local = end_of(&local),
        .remote = end_of(&remote),
        .cwnd = tcp.tcpi_snd_cwnd * mss,
        .ssthresh = tcp.tcpi_snd_ssthresh < INT32_MAX ? tcp.tcpi_snd_ssthresh * mss : UINT32_MAX,
        .flight = tcp.tcpi_unacked * mss,
        .sacked = tcp.tcpi_sacked * mss,
        .lost = tcp.tcpi_lost * mss,
        .mss = (uint16_t)mss,
        .backoff = tcp.tcpi_backoff,
        .retransmits = tcp.tcpi_total_retrans,
        .srtt = tcp.tcpi_rtt * LUCID_MICROSECOND,
        .rttvar = tcp.tcpi_rttvar * LUCID_MICROSECOND,
        .rto = tcp.tcpi_rto * LUCID_MICROSECOND,
        .rcv_wnd = tcp.tcpi_rcv_space,
    };
    no_timers(info);
    return true;
}

/* ---- all of them ---- */

struct walk {
    bool (*call)(void *user, const struct lucid_tcp_info *info);
    void *user;
    bool over;
};

static void on_socket(void *user, const struct lucid_diag_socket *socket) {
    struct walk *walk = user;
    if (walk->over) {
        return;
    }
    struct lucid_tcp_info info = {
        .fd = -1,
        .state = socket->state,
        .local = socket->local,
        .remote = socket->remote,
        .cwnd = socket->cwnd,
        .ssthresh = UINT32_MAX,
        .rto = socket->rto,
        .retransmits = socket->retransmissions,
    };
    no_timers(&info);
    walk->over = !walk->call(walk->user, &info);
}

bool live_kernel_each(bool (*call)(void *user, const struct lucid_tcp_info *info), void *user) {
    char error[LUCID_ERROR_TEXT];
    struct walk walk = {call, user, false};
    struct lucid_diag *diag = lucid_diag_open(error);
    bool told = diag && lucid_diag_each(diag, on_socket, &walk) == 0;
    lucid_diag_close(diag);
    return told;
}
