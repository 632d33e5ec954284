/* narrate_parts.c: times, rules, flags, numbers and octets, as the sentences of narrate.c and the panes show them. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/trace_text.h"
#include "lab/i18n.h"
#include "lab/narrate.h"

/* ---- octets ---- */

/* Marks that turn the direction of a line, and separators, would change what stands around them. */
static bool is_harmless(uint32_t code) {
    return !(code >= 0x200b && code <= 0x200f) && !(code >= 0x2028 && code <= 0x202e) &&
           !(code >= 0x2060 && code <= 0x206f) && code != 0xfeff && code < 0xe000;
}

/* Length of the UTF-8 character at the beginning, if it is one that may be shown; else 0. */
static size_t utf8_character(const uint8_t *at, size_t length) {
    static const struct {
        uint8_t mask, lead, octets;
        uint32_t least;
    } forms[] = {{0xe0, 0xc0, 2, 0xa0}, {0xf0, 0xe0, 3, 0x800}, {0xf8, 0xf0, 4, 0x10000}};
    for (unsigned i = 0; i < 3; i++) {
        if ((at[0] & forms[i].mask) != forms[i].lead || forms[i].octets > length) {
            continue;
        }
        uint32_t code = at[0] & (uint8_t)~forms[i].mask;
        for (unsigned k = 1; k < forms[i].octets; k++) {
            if ((at[k] & 0xc0) != 0x80) {
                return 0;
            }
            code = code << 6 | (at[k] & 0x3f);
        }
        bool shown = code >= forms[i].least && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
        return shown && is_harmless(code) ? forms[i].octets : 0;
    }
    return 0;
}

void narrate_escape(struct text *out, const char *octets, size_t length) {
    static const char names[][3] = {['\r'] = "\\r", ['\n'] = "\\n", ['\t'] = "\\t", ['\\'] = "\\\\"};
    const uint8_t *at = (const uint8_t *)octets;
    for (size_t i = 0; i < length; i++) {
        if (at[i] < sizeof names / sizeof *names && names[at[i]][0]) {
            text_put(out, names[at[i]]);
        } else if (at[i] >= 0x20 && at[i] < 0x7f) {
            text_put_char(out, (char)at[i]);
        } else {
            size_t whole = at[i] >= 0xc0 ? utf8_character(at + i, length - i) : 0;
            if (whole == 0) {
                text_format(out, "\\x%02x", at[i]);
                continue;
            }
            text_put_octets(out, at + i, whole);
            i += whole - 1;
        }
    }
}

/* ---- times ---- */

void narrate_time(struct text *out, uint64_t nanoseconds) {
    text_format(out, "%" PRIu64 ".%03" PRIu64, nanoseconds / 1000000000u, nanoseconds / 1000000u % 1000u);
}

void narrate_span(struct text *out, uint64_t nanoseconds) {
    uint64_t ms = nanoseconds / 1000000u;
    if (ms >= 60000 && ms % 60000 == 0) {
        text_format(out, "%" PRIu64 " min", ms / 60000);
    } else if (ms >= 1000) {
        text_format(out, "%" PRIu64 ".%03" PRIu64 " s", ms / 1000, ms % 1000);
    } else if (ms > 0) {
        text_format(out, "%" PRIu64 " ms", ms);
    } else {
        text_format(out, "%" PRIu64 ".%03" PRIu64 " ms", nanoseconds / 1000000u, nanoseconds / 1000u % 1000u);
    }
}

/* ---- rules ---- */

/* The next part of "9293:3.10.7.4/8/FIN-WAIT-1", up to a separator. */
static struct tlog_text part(const char **rest, const char *end, char separator) {
    const char *at = *rest;
    const char *stop = memchr(at, separator, (size_t)(end - at));
    if (!stop) {
        stop = end;
    }
    *rest = stop < end ? stop + 1 : end;
    return (struct tlog_text){at, (uint32_t)(stop - at)};
}

static bool begins(struct tlog_text text, const char *with) {
    return text.length >= strlen(with) && !memcmp(text.at, with, strlen(with));
}

static bool is_label(struct tlog_text text) {
    return begins(text, "MUST-") || begins(text, "SHLD-") || begins(text, "MAY-") || begins(text, "REC-");
}

/* Only RFC 9293 3.10.7 counts its steps in words ("eighth, check the FIN bit"); elsewhere they are bare numbers. */
static void put_step(struct text *out, struct tlog_text rfc, struct tlog_text section, struct tlog_text step) {
    char key[16] = "rfc.nth.";
    if (begins(rfc, "9293") && begins(section, "3.10.7") && step.length == 1 && step.at[0] >= '1' &&
        step.at[0] <= '8') {
        key[8] = step.at[0];
        text_put(out, i18n(key));
        return;
    }
    narrate_escape(out, step.at, step.length);
}

void narrate_rule(struct text *out, const char *rule, size_t length) {
    const char *rest = rule;
    const char *end = rule + length;
    struct tlog_text rfc = part(&rest, end, ':');
    struct tlog_text section = part(&rest, end, '/');
    struct tlog_text step = part(&rest, end, '/');
    text_put(out, "RFC ");
    narrate_escape(out, rfc.at, rfc.length);
    if (section.length > 0) {
        text_put_char(out, ' ');
        narrate_escape(out, section.at, section.length);
    }
    bool number = step.length == 1 && step.at[0] >= '0' && step.at[0] <= '9';
    if (number || is_label(step)) {
        text_put_char(out, ' ');
        put_step(out, rfc, section, step);
    }
    if (number && end > rest && is_label((struct tlog_text){rest, (uint32_t)(end - rest)})) {
        text_put_char(out, ' ');
        narrate_escape(out, rest, (size_t)(end - rest));
    }
}

/* ---- segments ---- */

void narrate_flags(struct text *out, unsigned flags) {
    static const struct {
        unsigned flag;
        const char *name;
    } names[] = {
        {LUCID_SYN, "SYN"}, {LUCID_FIN, "FIN"}, {LUCID_RST, "RST"}, {LUCID_PSH, "PSH"},
        {LUCID_URG, "URG"}, {LUCID_ECE, "ECE"}, {LUCID_CWR, "CWR"}, {LUCID_ACK, "ACK"},
    };
    const char *between = "";
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
        if (flags & names[i].flag) {
            text_format(out, "%s%s", between, names[i].name);
            between = ",";
        }
    }
}

int narrate_node_of(const struct model *model, const struct lucid_addr *addr) {
    const struct tlog_header *header = tlog_header(model->log);
    for (unsigned i = 0; i < header->nodes; i++) {
        if (!memcmp(&header->node[i].addr, addr, sizeof *addr)) {
            return (int)i;
        }
    }
    return -1;
}

void narrate_peer(struct text *out, const struct model *model, const struct lucid_sockaddr *end) {
    int node = narrate_node_of(model, &end->addr);
    if (node >= 0) {
        text_put(out, tlog_node_name(model->log, (unsigned)node));
        return;
    }
    trace_text_end(out, end);
}

static bool same_end(const struct lucid_sockaddr *a, const struct lucid_sockaddr *b) {
    return a->port == b->port && !memcmp(&a->addr, &b->addr, sizeof a->addr);
}

/* The first number of the direction in which seq (or ack) of the segment counts, if this connection knows it. */
static bool first_number(const struct model_connection *connection, const struct tlog_segment *segment, bool ack,
                         uint32_t *first) {
    bool straight = same_end(&connection->local, &segment->source) &&
                    same_end(&connection->remote, &segment->destination);
    bool turned = same_end(&connection->remote, &segment->source) &&
                  same_end(&connection->local, &segment->destination);
    bool own = straight != ack; /* it counts what this connection sends */
    if ((!straight && !turned) || connection->listener || !(own ? connection->iss_known : connection->irs_known)) {
        return false;
    }
    *first = own ? connection->iss : connection->irs;
    return true;
}

/* The same by the newest connection that knows it, at either end, born before the event. */
static bool find_first(const struct model *model, const struct tlog_event *event, bool ack, uint32_t *first) {
    for (unsigned n = 0; n < tlog_header(model->log)->nodes; n++) {
        const struct model_node *node = &model->node[n];
        for (unsigned i = node->connections; i-- > 0;) {
            if (node->connection[i].born <= event->i &&
                first_number(&node->connection[i], &event->u.segment, ack, first)) {
                return true;
            }
        }
    }
    return false;
}

int64_t narrate_number(const struct model *model, const struct tlog_event *event, bool ack, bool raw) {
    const struct tlog_segment *segment = &event->u.segment;
    uint32_t number = ack ? segment->ack : segment->seq;
    uint32_t first = 0;
    if (raw || (ack && !(segment->flags & LUCID_ACK))) {
        return number;
    }
    bool named = event->c > 0 && event->node < TLOG_NODES_MAX;
    const struct model_connection *own = named ? model_find(model, event->node, event->c) : NULL;
    if ((own && first_number(own, segment, ack, &first)) || find_first(model, event, ack, &first)) {
        /* Old duplicates lie before the first number: they count backwards. */
        return (int32_t)(number - first);
    }
    return number;
}
