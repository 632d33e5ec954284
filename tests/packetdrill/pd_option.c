/* pd_option.c: socket options: the host's names and structures become those of lucid/socket.h. See pd.h.
 *
 * Most numbers are the same in both; what differs is SO_LINGER, which has a structure here, TCP_INFO, the name reno,
 * and that options of IPv6 have names of their own.
 */
#include <errno.h>
#include <linux/tcp.h>
#include <string.h>

#include "lucid/info.h"
#include "packetdrill/pd.h"

_Static_assert(SOL_SOCKET == LUCID_SOL_SOCKET && SO_ERROR == LUCID_SO_ERROR && SO_LINGER == LUCID_SO_LINGER &&
                   TCP_USER_TIMEOUT == LUCID_TCP_USER_TIMEOUT && TCP_INFO == LUCID_TCP_INFO && IP_TTL == LUCID_IP_TTL &&
                   IP_TOS == LUCID_IP_TOS,
               "this host has other numbers for socket options");

/* The stack has one option for both families. */
static void translate(int *level, int *option) {
    if (*level != IPPROTO_IPV6) {
        return;
    }
    if (*option == IPV6_TCLASS || *option == IPV6_UNICAST_HOPS) {
        *level = LUCID_IPPROTO_IP;
        *option = *option == IPV6_TCLASS ? LUCID_IP_TOS : LUCID_IP_TTL;
    }
}

/* ---- TCP_INFO ---- */

static uint8_t host_state(unsigned state) {
    static const struct {
        unsigned ours;
        uint8_t host; /* in the order of the host's own enumeration, tcp_states.h */
    } states[] = {
        {LUCID_ESTABLISHED, 1}, {LUCID_SYN_SENT, 2},  {LUCID_SYN_RECEIVED, 3}, {LUCID_FIN_WAIT_1, 4},
        {LUCID_FIN_WAIT_2, 5},  {LUCID_TIME_WAIT, 6}, {LUCID_CLOSED, 7},       {LUCID_CLOSE_WAIT, 8},
        {LUCID_LAST_ACK, 9},    {LUCID_LISTEN, 10},   {LUCID_CLOSING, 11},
    };
    for (unsigned i = 0; i < sizeof states / sizeof *states; i++) {
        if (states[i].ours == state) {
            return states[i].host;
        }
    }
    return 0;
}

static uint32_t microseconds(lucid_time time) {
    return (uint32_t)(time / LUCID_MICROSECOND);
}

/* Windows are counted in segments there. */
static void put_info(const struct lucid_tcp_info *from, struct tcp_info *to) {
    uint32_t mss = from->mss ? from->mss : 1;
    *to = (struct tcp_info){
        .tcpi_state = host_state(from->state),
        .tcpi_backoff = from->backoff,
        .tcpi_snd_wscale = from->snd_shift & 15,
        .tcpi_rcv_wscale = from->rcv_shift & 15,
        .tcpi_options = from->snd_shift || from->rcv_shift ? TCPI_OPT_WSCALE : 0,
        .tcpi_rto = microseconds(from->rto),
        .tcpi_snd_mss = from->mss,
        .tcpi_unacked = (from->flight + mss - 1) / mss,
        .tcpi_rtt = microseconds(from->srtt),
        .tcpi_rttvar = microseconds(from->rttvar),
        .tcpi_snd_ssthresh = from->ssthresh == UINT32_MAX ? INT32_MAX : from->ssthresh / mss,
        .tcpi_snd_cwnd = from->cwnd / mss,
        .tcpi_total_retrans = from->retransmits,
    };
}

static int get_info(struct pd *pd, const struct pd_fd *fd, void *value, socklen_t *length) {
    struct lucid_tcp_info info;
    struct tcp_info out;
    size_t size = sizeof info;
    int result = lucid_getsockopt(pd->stack, fd->handle, LUCID_IPPROTO_TCP, LUCID_TCP_INFO, &info, &size);
    if (result == 0) {
        put_info(&info, &out);
        *length = *length < sizeof out ? *length : sizeof out;
        memcpy(value, &out, *length);
    }
    return result;
}

/* ---- SO_LINGER ---- */

static int get_linger(struct pd *pd, const struct pd_fd *fd, void *value, socklen_t *length) {
    int seconds;
    size_t size = sizeof seconds;
    int result = lucid_getsockopt(pd->stack, fd->handle, LUCID_SOL_SOCKET, LUCID_SO_LINGER, &seconds, &size);
    struct linger linger = {.l_onoff = seconds >= 0, .l_linger = seconds >= 0 ? seconds : 0};
    if (result == 0) {
        *length = *length < sizeof linger ? *length : sizeof linger;
        memcpy(value, &linger, *length);
    }
    return result;
}

static int set_linger(struct pd *pd, const struct pd_fd *fd, const void *value, socklen_t length) {
    struct linger linger;
    if (length < sizeof linger) {
        return -EINVAL;
    }
    memcpy(&linger, value, sizeof linger);
    int seconds = linger.l_onoff ? linger.l_linger : -1;
    return lucid_setsockopt(pd->stack, fd->handle, LUCID_SOL_SOCKET, LUCID_SO_LINGER, &seconds, sizeof seconds);
}

/* ---- TCP_CONGESTION ---- */

/* What the host calls reno has fast recovery as RFC 6582 says it: our newreno. The host takes a name without its final
 * NUL too. */
static int set_congestion(struct pd *pd, const struct pd_fd *fd, const void *value, socklen_t length) {
    char name[32] = "";
    if (length >= sizeof name) {
        return -ENOENT;
    }
    memcpy(name, value, length);
    const char *ours = strcmp(name, "reno") == 0 ? "newreno" : name;
    return lucid_setsockopt(pd->stack, fd->handle, LUCID_IPPROTO_TCP, LUCID_TCP_CONGESTION, ours, strlen(ours) + 1);
}

static int get_congestion(struct pd *pd, const struct pd_fd *fd, void *value, socklen_t *length) {
    char name[32] = "";
    size_t size = sizeof name;
    int result = lucid_getsockopt(pd->stack, fd->handle, LUCID_IPPROTO_TCP, LUCID_TCP_CONGESTION, name, &size);
    const char *theirs = strcmp(name, "newreno") == 0 ? "reno" : name;
    size = strlen(theirs) + 1;
    if (result == 0) {
        *length = *length < size ? *length : (socklen_t)size;
        memcpy(value, theirs, *length);
    }
    return result;
}

/* ---- the two calls ---- */

static int get(struct pd *pd, const struct pd_fd *fd, int level, int option, void *value, socklen_t *length) {
    if (level == IPPROTO_TCP && option == TCP_INFO) {
        return get_info(pd, fd, value, length);
    }
    if (level == SOL_SOCKET && option == SO_LINGER) {
        return get_linger(pd, fd, value, length);
    }
    if (level == IPPROTO_TCP && option == TCP_CONGESTION) {
        return get_congestion(pd, fd, value, length);
    }
    size_t size = *length;
    translate(&level, &option);
    int result = lucid_getsockopt(pd->stack, fd->handle, level, option, value, &size);
    *length = result == 0 ? (socklen_t)size : *length;
    return result;
}

int pd_getsockopt(void *ctx, int number, int level, int option, void *value, socklen_t *length) {
    struct pd *pd = pd_enter(ctx);
    struct pd_fd *fd = pd_fd(pd, number);
    return (int)pd_leave(pd, fd ? get(pd, fd, level, option, value, length) : -EBADF);
}

static int set(struct pd *pd, const struct pd_fd *fd, int level, int option, const void *value, socklen_t length) {
    if (level == SOL_SOCKET && option == SO_LINGER) {
        return set_linger(pd, fd, value, length);
    }
    if (level == IPPROTO_TCP && option == TCP_CONGESTION) {
        return set_congestion(pd, fd, value, length);
    }
    translate(&level, &option);
    return lucid_setsockopt(pd->stack, fd->handle, level, option, value, length);
}

int pd_setsockopt(void *ctx, int number, int level, int option, const void *value, socklen_t length) {
    struct pd *pd = pd_enter(ctx);
    struct pd_fd *fd = pd_fd(pd, number);
    int result = fd ? set(pd, fd, level, option, value, length) : -EBADF;
    pd_settle(pd);
    return (int)pd_leave(pd, result);
}
