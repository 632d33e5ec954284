/* drill_export.c: see drill_export.h. */
#include "harness/drill_export.h"

#include <fcntl.h>
#include <stdarg.h>
#include <string.h>

#include "harness/drill_config.h"
#include "lucid/socket.h"

#define FDS 64

struct export {
    FILE *out;
    struct drill_error *error;
    const char *path;      /* of the script that the lines are from */
    lucid_time elapsed;    /* the script's own clock at the latest event */
    bool elapsed_known;    /* no line since has left the instant open */
    bool begun;            /* an event has been written */
    lucid_time pending;    /* what lines without an event have let pass */
    bool nonblocking[FDS]; /* as packetdrill's descriptors stand */
    bool says_fcntl;       /* the script sees to that itself */
};

static bool __attribute__((format(printf, 3, 4)))
cannot(struct export *export, const struct drill_line *line, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(export->error->text, sizeof export->error->text, format, arguments);
    va_end(arguments);
    snprintf(export->error->path, sizeof export->error->path, "%s", export->path);
    export->error->line = line->number;
    return false;
}

/* ---- times ---- */

/* "1", ".25" with a zero before the point. */
static void print_span(FILE *out, const char *before, lucid_time time) {
    char text[40];
    int length = snprintf(text, sizeof text, "%llu.%09llu", (unsigned long long)(time / LUCID_SECOND),
                          (unsigned long long)(time % LUCID_SECOND));
    while (text[length - 1] == '0') {
        length--;
    }
    length -= text[length - 1] == '.';
    fprintf(out, "%s%.*s", before, length, text);
}

/* How long after the event before, as far as that is known. */
static bool since(struct export *export, const struct drill_line *line, lucid_time *begin, lucid_time *end) {
    const struct drill_time *time = &line->time;
    lucid_time from = time->relative ? 0 : export->elapsed;
    if (!time->relative && !export->elapsed_known) {
        return cannot(export, line, "an absolute time after an open one");
    }
    if (time->begin < from) {
        return cannot(export, line, "time goes backward");
    }
    *begin = time->begin - from + (time->relative ? export->pending : 0);
    *end = time->end == LUCID_NEVER ? LUCID_NEVER : time->end - from + (time->relative ? export->pending : 0);
    return true;
}

/* The script's clock after this line. */
static void pass(struct export *export, const struct drill_time *time, lucid_time begin) {
    bool open = time->kind == DRILL_TIME_RANGE || time->kind == DRILL_TIME_ANY;
    export->elapsed = time->relative ? export->elapsed + begin : time->begin;
    export->elapsed_known = (export->elapsed_known || !time->relative) && !open;
}

static bool print_time(struct export *export, const struct drill_line *line) {
    const struct drill_time *time = &line->time;
    lucid_time begin = 0, end = 0;
    if (!since(export, line, &begin, &end)) {
        return false;
    }
    const char *sign = export->begun ? "+" : "";
    switch ((enum drill_time_kind)time->kind) {
    case DRILL_TIME_ANY:
        fputs("*", export->out);
        break;
    case DRILL_TIME_POINT:
        print_span(export->out, sign, begin);
        break;
    case DRILL_TIME_RANGE:
        print_span(export->out, "+", begin);
        print_span(export->out, "~+", end);
        break;
    case DRILL_TIME_CALL:
        print_span(export->out, sign, begin);
        print_span(export->out, "...", end);
        break;
    }
    fputc(' ', export->out);
    pass(export, time, begin);
    export->pending = 0;
    export->begun = true;
    return true;
}

/* A line that is no event for packetdrill: a comment, whose time the next one gets. */
static bool export_comment(struct export *export, const struct drill_line *line) {
    lucid_time begin = 0, end = 0;
    if (line->kind == DRILL_LINE_QUIET) {
        export->pending += line->u.quiet;
    } else if (!since(export, line, &begin, &end)) {
        return false;
    } else {
        export->pending = line->time.relative ? begin : begin + export->pending;
    }
    fprintf(export->out, "// %s\n", line->text);
    return true;
}

/* ---- packets ---- */

/* NULL: packetdrill can say this packet. */
static const char *strange(const struct drill_packet *packet) {
    const struct drill_ip_fields *ip = &packet->ip;
    if (packet->protocol == DRILL_HEX) {
        return "a packet of raw octets";
    }
    if (ip->bad_checksum) {
        return "a wrong checksum";
    }
    if (ip->offset != DRILL_ANY || (!packet->outbound && ip->reserved > 0)) {
        return "a wrong data offset or reserved bits";
    }
    if (ip->part_to > 0) {
        return "a fragment";
    }
    if (ip->ip_option_length > 0) {
        return "IPv4 options";
    }
    if (ip->has_source || ip->has_destination) {
        return "other addresses";
    }
    for (unsigned i = 0; packet->protocol == DRILL_TCP && i < packet->u.tcp.options.count; i++) {
        if (packet->u.tcp.options.option[i].kind == DRILL_RAW) {
            return "an option of raw octets";
        }
    }
    return NULL;
}

/* A window must be written in a packet that arrives; it stands before the urgent pointer and the options. */
static void print_with_window(FILE *out, const char *text) {
    const char *urgent = strstr(text, " urg "), *options = strchr(text + 1, '<');
    const char *end = urgent ? urgent : options ? options : text + strlen(text);
    while (end > text && end[-1] == ' ') {
        end--;
    }
    fprintf(out, "%.*s win 0%s%s\n", (int)(end - text), text, *end && *end != ' ' ? " " : "", end);
}

static bool export_packet(struct export *export, const struct drill_line *line) {
    const struct drill_packet *packet = &line->u.packet;
    const char *what = strange(packet);
    if (what) {
        return cannot(export, line, "packetdrill has no words for %s", what);
    }
    if (!print_time(export, line)) {
        return false;
    }
    if (packet->protocol == DRILL_TCP && !packet->outbound && packet->u.tcp.window == DRILL_ANY) {
        print_with_window(export->out, line->text);
    } else {
        fprintf(export->out, "%s\n", line->text);
    }
    return true;
}

/* ---- calls ---- */

static bool may_wait(const struct drill_call *call) {
    switch ((enum drill_call_name)call->name) {
    case DRILL_CALL_ACCEPT:
    case DRILL_CALL_CONNECT:
    case DRILL_CALL_READ:
    case DRILL_CALL_WRITE:
    case DRILL_CALL_SEND:
    case DRILL_CALL_RECV:
    case DRILL_CALL_SENDTO:
    case DRILL_CALL_RECVFROM:
        return call->fd >= 0 && call->fd < FDS && call->error != LUCID_EBADF;
    case DRILL_CALL_SOCKET:
    case DRILL_CALL_BIND:
    case DRILL_CALL_LISTEN:
    case DRILL_CALL_SHUTDOWN:
    case DRILL_CALL_CLOSE:
    case DRILL_CALL_ABORT:
    case DRILL_CALL_GETSOCKOPT:
    case DRILL_CALL_SETSOCKOPT:
    case DRILL_CALL_POLL:
    case DRILL_CALL_FCNTL:
    case DRILL_CALL_SOCKATMARK:
    case DRILL_CALL_NEXT_EVENT:
    case DRILL_CALLS:
        break;
    }
    return false;
}

/* A descriptor that waits when its call shall, and else does not. Takes no time. */
static void set_blocking(struct export *export, const struct drill_line *line) {
    const struct drill_call *call = &line->u.call;
    bool nonblocking = line->time.kind == DRILL_TIME_POINT;
    if (export->says_fcntl || !may_wait(call) || export->nonblocking[call->fd] == nonblocking) {
        return;
    }
    export->nonblocking[call->fd] = nonblocking;
    fprintf(export->out, "+0 fcntl(%d, F_SETFL, O_RDWR%s) = 0\n", call->fd, nonblocking ? "|O_NONBLOCK" : "");
}

static bool export_call(struct export *export, const struct drill_line *line) {
    const struct drill_call *call = &line->u.call;
    bool ours = call->name == DRILL_CALL_ABORT || call->name == DRILL_CALL_SOCKATMARK ||
                call->name == DRILL_CALL_NEXT_EVENT;
    if (ours) {
        return cannot(export, line, "packetdrill has no %.*s()", (int)strcspn(line->text, "("), line->text);
    }
    if (line->time.kind == DRILL_TIME_RANGE) {
        return cannot(export, line, "packetdrill has no call that returns at an open time");
    }
    set_blocking(export, line);
    bool makes = call->name == DRILL_CALL_SOCKET || call->name == DRILL_CALL_ACCEPT;
    if (makes && call->result >= 0 && call->result < FDS) {
        export->nonblocking[call->result] = false;
    }
    if (!print_time(export, line)) {
        return false;
    }
    fprintf(export->out, "%s\n", line->text);
    return true;
}

/* ---- lines ---- */

static bool export_lines(struct export *export, const struct drill_line *line);

/* Time 0 is behind it. */
static bool export_at(struct export *export, const struct drill_line *line) {
    const char *path = export->path;
    export->path = line->u.at->path;
    if (!export_lines(export, line->u.at->lines)) {
        return false;
    }
    export->path = path;
    export->elapsed = 0;
    export->elapsed_known = true;
    return true;
}

static bool export_line(struct export *export, const struct drill_line *line) {
    switch ((enum drill_line_kind)line->kind) {
    case DRILL_LINE_PACKET:
        return export_packet(export, line);
    case DRILL_LINE_CALL:
        return export_call(export, line);
    case DRILL_LINE_STATE:
    case DRILL_LINE_VALUE:
    case DRILL_LINE_QUIET:
        return export_comment(export, line);
    case DRILL_LINE_ONEOF:
        return export_lines(export, line->u.oneof.first->first);
    case DRILL_LINE_BATCH:
        return (!line->u.batch->next && export_lines(export, line->u.batch)) ||
               cannot(export, line, "packetdrill hands packets over one by one");
    case DRILL_LINE_AT:
        break;
    }
    return export_at(export, line);
}

static bool export_lines(struct export *export, const struct drill_line *line) {
    for (; line; line = line->next) {
        if (!export_line(export, line)) {
            return false;
        }
    }
    return true;
}

static bool has_fcntl(const struct drill_line *line) {
    for (; line; line = line->next) {
        if (line->kind == DRILL_LINE_CALL && line->u.call.name == DRILL_CALL_FCNTL) {
            return true;
        }
    }
    return false;
}

/* The flags that lucid_packetdrill.so needs besides the usual ones. */
static void print_head(const struct drill_script *script, FILE *out) {
    bool ipv6 = script->only_ipv6;
    fprintf(out, "// %s\n// so_flags: local=%s,remote=%s,mtu=%u", script->tags, ipv6 ? "fd77::2" : "192.168.0.1",
            ipv6 ? "2001:db8::1" : "192.0.2.1", drill_config_mtu(script->settings, !ipv6));
    for (const struct drill_setting *setting = script->settings; setting; setting = setting->next) {
        drill_config_print(out, ",", setting);
    }
    fputs("\n", out);
}

/* Silence at the end needs an event that does no harm, or it would not be waited for. */
bool drill_export(const struct drill_script *script, FILE *out, struct drill_error *error) {
    struct export export = {.out = out,
                            .error = error,
                            .path = script->path,
                            .elapsed_known = true,
                            .says_fcntl = has_fcntl(script->lines)};
    print_head(script, out);
    if (!export_lines(&export, script->lines)) {
        return false;
    }
    if (export.pending > 0) {
        print_span(out, "+", export.pending);
        fprintf(out, " socket(..., SOCK_DGRAM, IPPROTO_UDP) = %d\n", FDS - 1);
    }
    return true;
}
