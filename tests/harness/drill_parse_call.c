/* drill_parse_call.c: the calls of a script.
 *
 *     connect(3, ..., ...) = -1 EINPROGRESS (Operation now in progress)
 *     read(4, ..., 1000) = 100
 *
 * "..." stands for the usual address and for buffers, whose octets follow from their place in the stream. An address
 * may be written: 192.0.2.9, 192.0.2.9:80, [2001:db8::9]:80, or :80 for the usual address with another port. abort() is
 * the ABORT of RFC 9293 3.10.5, which BSD does not have; next_event() is how often lucid_next_event() has yielded the
 * descriptor since it was asked last, for any descriptor.
 */
#include <fcntl.h>
#include <string.h>

#include "harness/drill_parse.h"
#include "lucid/socket.h"

/* What follows the name, one letter per argument:
 * f descriptor, b buffer, n length, m message flags, a address and its length, q backlog, h how. */
static const struct signature {
    const char *name, *arguments;
} signatures[DRILL_CALLS] = {
    [DRILL_CALL_SOCKET] = {"socket", ""},
    [DRILL_CALL_BIND] = {"bind", "fa"},
    [DRILL_CALL_LISTEN] = {"listen", "fq"},
    [DRILL_CALL_ACCEPT] = {"accept", "fa"},
    [DRILL_CALL_CONNECT] = {"connect", "fa"},
    [DRILL_CALL_READ] = {"read", "fbn"},
    [DRILL_CALL_WRITE] = {"write", "fbn"},
    [DRILL_CALL_SEND] = {"send", "fbnm"},
    [DRILL_CALL_RECV] = {"recv", "fbnm"},
    [DRILL_CALL_SENDTO] = {"sendto", "fbnma"},
    [DRILL_CALL_RECVFROM] = {"recvfrom", "fbnma"},
    [DRILL_CALL_SHUTDOWN] = {"shutdown", "fh"},
    [DRILL_CALL_NEXT_EVENT] = {"next_event", "f"},
    [DRILL_CALL_SOCKATMARK] = {"sockatmark", "f"},
    [DRILL_CALL_CLOSE] = {"close", "f"},
    [DRILL_CALL_ABORT] = {"abort", "f"},
    [DRILL_CALL_GETSOCKOPT] = {"getsockopt", ""},
    [DRILL_CALL_SETSOCKOPT] = {"setsockopt", ""},
    [DRILL_CALL_POLL] = {"poll", ""},
    [DRILL_CALL_FCNTL] = {"fcntl", ""},
};

static bool int_range(struct scan *scan, const char *what, int64_t least, int64_t most, int *number) {
    int64_t wide;
    if (!scan_range(scan, what, least, most, &wide)) {
        return false;
    }
    *number = (int)wide;
    return true;
}

/* "192.0.2.9:80", "[2001:db8::9]:80", "2001:db8::9", ":80", "..." */
static bool parse_endpoint(struct scan *scan, struct drill_address *address) {
    int64_t port = 0;
    if (scan_text(scan, "...")) {
        return true;
    }
    if (scan_text(scan, "[")) {
        address->has_addr = true;
        if (!drill_parse_address(scan, &address->addr) || !scan_expect(scan, "]")) {
            return false;
        }
    } else if (scan_peek(scan) != ':') {
        char text[LUCID_ADDR_TEXT];
        size_t length = strspn(scan->at, "0123456789.");
        address->has_addr = true;
        if (scan->at[length] != ':' || length == 0 || length >= sizeof text) {
            return drill_parse_address(scan, &address->addr);
        }
        memcpy(text, scan->at, length);
        text[length] = '\0';
        struct scan inner = {text, scan->error};
        if (!drill_parse_address(&inner, &address->addr)) {
            return false;
        }
        scan->at += length;
    }
    if (scan_text(scan, ":") && !scan_range(scan, "port", 0, 65535, &port)) {
        return false;
    }
    address->port = (uint16_t)port;
    return true;
}

static bool parse_argument(struct scan *scan, char letter, struct drill_call *call) {
    static const struct scan_name how[] = {
        {"SHUT_RDWR", LUCID_SHUT_RDWR}, {"SHUT_RD", LUCID_SHUT_RD}, {"SHUT_WR", LUCID_SHUT_WR}, {NULL, 0}};
    static const struct scan_name flags[] = {{"MSG_OOB", LUCID_MSG_OOB},
                                             {"MSG_PEEK", LUCID_MSG_PEEK},
                                             {"MSG_MORE", LUCID_MSG_MORE},
                                             {"MSG_DONTWAIT", 0},
                                             {"MSG_NOSIGNAL", 0},
                                             {"MSG_FASTOPEN", LUCID_MSG_FASTOPEN},
                                             {NULL, 0}};
    switch (letter) {
    case 'f':
        return int_range(scan, "descriptor", -1, 1023, &call->fd);
    case 'b':
        return scan_expect(scan, "...");
    case 'n':
        return scan_range(scan, "length", 0, 1 << 30, &call->length);
    case 'm':
        return scan_flags(scan, flags, &call->number);
    case 'q':
        return int_range(scan, "backlog", -1, 65535, &call->number);
    case 'h':
        return scan_name(scan, how, &call->number) || scan_fail(scan, "SHUT_RD, SHUT_WR or SHUT_RDWR is missing");
    default:
        return parse_endpoint(scan, &call->address) && scan_expect(scan, ",") &&
               (scan_text(scan, "...") || scan_range(scan, "length of an address", 0, 128, &call->value));
    }
}

static bool parse_arguments(struct scan *scan, const char *letters, struct drill_call *call) {
    for (const char *letter = letters; *letter; letter++) {
        if (letter > letters && !scan_expect(scan, ",")) {
            return false;
        }
        if (!parse_argument(scan, *letter, call)) {
            return false;
        }
    }
    return true;
}

/* "..., SOCK_STREAM, IPPROTO_TCP" */
static bool parse_socket(struct scan *scan, struct drill_call *call) {
    static const struct scan_name types[] = {
        {"SOCK_STREAM", LUCID_SOCK_STREAM}, {"SOCK_DGRAM", LUCID_SOCK_DGRAM}, {NULL, 0}};
    static const struct scan_name protocols[] = {
        {"IPPROTO_TCP", LUCID_IPPROTO_TCP}, {"IPPROTO_UDP", LUCID_IPPROTO_UDP}, {"0", 0}, {NULL, 0}};
    if (!scan_expect(scan, "...") || !scan_expect(scan, ",")) {
        return false;
    }
    if (!scan_name(scan, types, &call->type)) {
        return scan_fail(scan, "SOCK_STREAM or SOCK_DGRAM is missing at '%.20s'", scan_rest(scan));
    }
    return scan_expect(scan, ",") &&
           (scan_name(scan, protocols, &call->number) || scan_fail(scan, "IPPROTO_TCP, IPPROTO_UDP or 0 is missing"));
}

/* "4, F_SETFL, O_RDWR|O_NONBLOCK" */
static bool parse_fcntl(struct scan *scan, struct drill_call *call) {
    static const struct scan_name commands[] = {{"F_GETFL", F_GETFL}, {"F_SETFL", F_SETFL}, {NULL, 0}};
    static const struct scan_name flags[] = {{"O_RDWR", O_RDWR}, {"O_NONBLOCK", O_NONBLOCK}, {NULL, 0}};
    if (!int_range(scan, "descriptor", -1, 1023, &call->fd) || !scan_expect(scan, ",")) {
        return false;
    }
    if (!scan_name(scan, commands, &call->command)) {
        return scan_fail(scan, "F_GETFL or F_SETFL is missing");
    }
    return call->command == F_GETFL || (scan_expect(scan, ",") && scan_flags(scan, flags, &call->number));
}

static bool parse_inside(struct scan *scan, struct drill_call *call) {
    switch (call->name) {
    case DRILL_CALL_SOCKET:
        return parse_socket(scan, call);
    case DRILL_CALL_FCNTL:
        return parse_fcntl(scan, call);
    case DRILL_CALL_POLL:
        return drill_parse_poll(scan, call);
    case DRILL_CALL_GETSOCKOPT:
    case DRILL_CALL_SETSOCKOPT:
        return drill_parse_sockopt(scan, call);
    default:
        return parse_arguments(scan, signatures[call->name].arguments, call);
    }
}

bool drill_parse_error_name(struct scan *scan, int *error) {
    char word[SCAN_WORD];
    const char *before = scan_rest(scan);
    if (scan_word(scan, word) && word[0] == 'E') {
        for (int number = 1; number < 200; number++) {
            const char *name = strerrorname_np(number);
            if (name && strcmp(name, strcmp(word, "EWOULDBLOCK") == 0 ? "EAGAIN" : word) == 0) {
                *error = number;
                return true;
            }
        }
    }
    scan->at = before;
    return scan_fail(scan, "the name of an error is missing at '%.20s'", before);
}

/* "= -1 EPIPE (Broken pipe)" */
static bool parse_result(struct scan *scan, struct drill_call *call) {
    static const struct scan_name flags[] = {{"O_RDWR", O_RDWR}, {"O_NONBLOCK", O_NONBLOCK}, {NULL, 0}};
    if (!scan_expect(scan, "=")) {
        return false;
    }
    if (call->name == DRILL_CALL_FCNTL && scan_peek(scan) == 'O') {
        int value;
        bool ok = scan_flags(scan, flags, &value);
        call->result = value;
        return ok;
    }
    if (!scan_range(scan, "result", -1, INT32_MAX, &call->result)) {
        return false;
    }
    if (call->result == -1 && !drill_parse_error_name(scan, &call->error)) {
        return false;
    }
    if (scan_text(scan, "(")) {
        scan->at += strcspn(scan->at, ")");
        return scan_expect(scan, ")");
    }
    return true;
}

bool drill_parse_call(struct scan *scan, struct drill_call *call) {
    char word[SCAN_WORD];
    memset(call, 0, sizeof *call);
    if (!scan_word(scan, word)) {
        return scan_fail(scan, "a packet, a call or a check is missing at '%.20s'", scan->at);
    }
    for (int name = 0; name < DRILL_CALLS; name++) {
        if (strcmp(signatures[name].name, word) == 0) {
            call->name = (uint8_t)name;
            return scan_expect(scan, "(") && parse_inside(scan, call) && scan_expect(scan, ")") &&
                   parse_result(scan, call);
        }
    }
    return scan_fail(scan, "'%s' is no call that drill knows", word);
}
