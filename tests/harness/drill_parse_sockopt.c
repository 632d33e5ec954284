/* drill_parse_sockopt.c: the arguments of getsockopt, setsockopt and poll.
 *
 *     setsockopt(4, SOL_TCP, TCP_NODELAY, [1], 4) = 0
 *     setsockopt(4, SOL_SOCKET, SO_LINGER, {onoff=1, linger=0}, 8) = 0
 *     setsockopt(4, SOL_TCP, TCP_CONGESTION, "reno", 4) = 0
 *     getsockopt(4, SOL_SOCKET, SO_ERROR, [ECONNREFUSED], [4]) = 0
 *     poll([{fd=4, events=POLLIN, revents=POLLIN}], 1, 0) = 1
 */
#include <string.h>

#include "harness/drill_parse.h"
#include "lucid/socket.h"

static const struct scan_name levels[] = {
    {"SOL_SOCKET", LUCID_SOL_SOCKET}, {"SOL_TCP", LUCID_IPPROTO_TCP},   {"IPPROTO_TCP", LUCID_IPPROTO_TCP},
    {"SOL_IP", LUCID_IPPROTO_IP},     {"IPPROTO_IP", LUCID_IPPROTO_IP}, {NULL, 0},
};

static const struct scan_name options[] = {
    {"SO_REUSEADDR", LUCID_SO_REUSEADDR},
    {"SO_TYPE", LUCID_SO_TYPE},
    {"SO_ERROR", LUCID_SO_ERROR},
    {"SO_SNDBUF", LUCID_SO_SNDBUF},
    {"SO_RCVBUF", LUCID_SO_RCVBUF},
    {"SO_KEEPALIVE", LUCID_SO_KEEPALIVE},
    {"SO_OOBINLINE", LUCID_SO_OOBINLINE},
    {"SO_LINGER", LUCID_SO_LINGER},
    {"SO_ACCEPTCONN", LUCID_SO_ACCEPTCONN},
    {"IP_TOS", LUCID_IP_TOS},
    {"IP_TTL", LUCID_IP_TTL},
    {"IP_RECVTOS", LUCID_IP_RECVTOS},
    {"TCP_NODELAY", LUCID_TCP_NODELAY},
    {"TCP_MAXSEG", LUCID_TCP_MAXSEG},
    {"TCP_CORK", LUCID_TCP_CORK},
    {"TCP_KEEPIDLE", LUCID_TCP_KEEPIDLE},
    {"TCP_KEEPINTVL", LUCID_TCP_KEEPINTVL},
    {"TCP_KEEPCNT", LUCID_TCP_KEEPCNT},
    {"TCP_QUICKACK", LUCID_TCP_QUICKACK},
    {"TCP_CONGESTION", LUCID_TCP_CONGESTION},
    {"TCP_USER_TIMEOUT", LUCID_TCP_USER_TIMEOUT},
    {"TCP_ECN", LUCID_TCP_ECN},
    {"TCP_SOFT_ERRORS", LUCID_TCP_SOFT_ERRORS},
    {"TCP_URGENT_LEFT", LUCID_TCP_URGENT_LEFT},
    {NULL, 0},
};

/* "{onoff=1, linger=0}": our option is the seconds, -1 for off. */
static bool parse_linger(struct scan *scan, struct drill_call *call) {
    int64_t on, seconds;
    if (!scan_expect(scan, "onoff") || !scan_expect(scan, "=") || !scan_range(scan, "onoff", 0, 1, &on) ||
        !scan_expect(scan, ",") || !scan_expect(scan, "linger") || !scan_expect(scan, "=") ||
        !scan_range(scan, "linger", 0, 65535, &seconds)) {
        return false;
    }
    call->value = on ? seconds : -1;
    return scan_expect(scan, "}");
}

static bool parse_text(struct scan *scan, struct drill_call *call) {
    size_t length = strcspn(scan->at, "\"");
    if (length >= sizeof call->text) {
        return scan_fail(scan, "the text is longer than %zu characters", sizeof call->text - 1);
    }
    memcpy(call->text, scan->at, length);
    scan->at += length;
    return scan_expect(scan, "\"");
}

static bool parse_value(struct scan *scan, struct drill_call *call) {
    if (scan_text(scan, "{")) {
        return parse_linger(scan, call);
    }
    if (scan_text(scan, "\"")) {
        return parse_text(scan, call);
    }
    if (!scan_expect(scan, "[")) {
        return false;
    }
    if (scan_peek(scan) == 'E') {
        int error;
        bool ok = drill_parse_error_name(scan, &error);
        call->value = error;
        return ok && scan_expect(scan, "]");
    }
    return scan_range(scan, "value", INT32_MIN, INT32_MAX, &call->value) && scan_expect(scan, "]");
}

/* "4" or "[4]" or "..." */
static bool parse_length(struct scan *scan) {
    int64_t length;
    if (scan_text(scan, "...")) {
        return true;
    }
    bool bracket = scan_text(scan, "[");
    return scan_range(scan, "length of the value", 0, 1024, &length) && (!bracket || scan_expect(scan, "]"));
}

bool drill_parse_sockopt(struct scan *scan, struct drill_call *call) {
    int64_t fd;
    if (!scan_range(scan, "descriptor", -1, 1023, &fd) || !scan_expect(scan, ",")) {
        return false;
    }
    call->fd = (int)fd;
    if (!scan_name(scan, levels, &call->level)) {
        return scan_fail(scan, "'%.20s' is no level of socket options", scan_rest(scan));
    }
    if (!scan_expect(scan, ",")) {
        return false;
    }
    int64_t number;
    if (scan_number(scan, &number)) {
        call->option = (int)number;
    } else if (!scan_name(scan, options, &call->option)) {
        return scan_fail(scan, "'%.20s' is no socket option that drill knows", scan_rest(scan));
    }
    return scan_expect(scan, ",") && parse_value(scan, call) && scan_expect(scan, ",") && parse_length(scan);
}

/* "{fd=4, events=POLLIN, revents=POLLIN|POLLOUT}" */
static bool parse_pollfd(struct scan *scan, struct drill_poll *poll) {
    static const struct scan_name events[] = {
        {"POLLIN", LUCID_POLLIN},       {"POLLPRI", LUCID_POLLPRI}, {"POLLOUT", LUCID_POLLOUT},
        {"POLLERR", LUCID_POLLERR},     {"POLLHUP", LUCID_POLLHUP}, {"POLLNVAL", LUCID_POLLNVAL},
        {"POLLRDHUP", LUCID_POLLRDHUP}, {"POLLMSG", LUCID_POLLMSG}, {NULL, 0},
    };
    int64_t fd;
    poll->revents = DRILL_ANY;
    if (!scan_expect(scan, "{") || !scan_expect(scan, "fd") || !scan_expect(scan, "=") ||
        !scan_range(scan, "descriptor", -1, 1023, &fd) || !scan_expect(scan, ",") || !scan_expect(scan, "events") ||
        !scan_expect(scan, "=") || !scan_flags(scan, events, &poll->events)) {
        return false;
    }
    poll->fd = (int)fd;
    if (scan_text(scan, ",") &&
        (!scan_expect(scan, "revents") || !scan_expect(scan, "=") || !scan_flags(scan, events, &poll->revents))) {
        return false;
    }
    return scan_expect(scan, "}");
}

bool drill_parse_poll(struct scan *scan, struct drill_call *call) {
    int64_t count, timeout;
    if (!scan_expect(scan, "[")) {
        return false;
    }
    do {
        if (call->polls == DRILL_POLL_MAX) {
            return scan_fail(scan, "poll takes at most %d descriptors here", DRILL_POLL_MAX);
        }
        if (!parse_pollfd(scan, &call->poll[call->polls++])) {
            return false;
        }
    } while (scan_text(scan, ","));
    if (!scan_expect(scan, "]") || !scan_expect(scan, ",") ||
        !scan_range(scan, "number of descriptors", call->polls, call->polls, &count) || !scan_expect(scan, ",") ||
        !scan_range(scan, "time-out", -1, INT32_MAX, &timeout)) {
        return false;
    }
    call->number = (int)timeout;
    return true;
}
