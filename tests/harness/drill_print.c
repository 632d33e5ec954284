/* drill_print.c: a packet in the notation of scripts, for the stories that failures tell. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "harness/drill_icmp.h"
#include "harness/drill_packet.h"
#include "lucid/trace.h"

struct print {
    char *at;
    size_t room;
};

static void __attribute__((format(printf, 2, 3))) print(struct print *to, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(to->at, to->room, format, arguments);
    va_end(arguments);
    size_t used = length < 0 ? 0 : (size_t)length < to->room ? (size_t)length : to->room - 1;
    to->at += used;
    to->room -= used;
}

static void print_flags(struct print *to, uint8_t flags) {
    static const char letters[] = "SFRPUEW.";
    static const uint8_t bits[] = {LUCID_SYN, LUCID_FIN, LUCID_RST, LUCID_PSH,
                                   LUCID_URG, LUCID_ECE, LUCID_CWR, LUCID_ACK};
    for (unsigned i = 0; i < sizeof bits; i++) {
        if (flags & bits[i]) {
            print(to, "%c", letters[i]);
        }
    }
    print(to, flags ? " " : "- ");
}

static void print_option(struct print *to, const struct drill_option *option) {
    switch ((enum drill_option_kind)option->kind) {
    case DRILL_EOL:
        print(to, "eol");
        return;
    case DRILL_NOP:
        print(to, "nop");
        return;
    case DRILL_MSS:
        print(to, "mss %u", option->value[0]);
        return;
    case DRILL_WSCALE:
        print(to, "wscale %u", option->value[0]);
        return;
    case DRILL_SACK_OK:
        print(to, "sackOK");
        return;
    case DRILL_TS:
        print(to, "TS val %u ecr %u", option->value[0], option->value[1]);
        return;
    case DRILL_SACK:
        print(to, "sack");
        for (unsigned i = 0; i < option->count; i += 2) {
            print(to, " %d:%d", (int32_t)option->value[i], (int32_t)option->value[i + 1]);
        }
        return;
    case DRILL_RAW:
        break;
    }
    bool cookie = option->count >= 2 && option->octets[0] == DRILL_FAST_OPEN && option->octets[1] == option->count;
    print(to, !cookie ? "hex " : option->count > 2 ? "fastopen " : "fastopen");
    for (unsigned i = cookie ? 2 : 0; i < option->count; i++) {
        print(to, "%02x", option->octets[i]);
    }
}

static void print_options(struct print *to, const struct drill_options *options) {
    if (options->any) {
        print(to, " <...>");
        return;
    }
    for (unsigned i = 0; i < options->count; i++) {
        print(to, i == 0 ? " <" : ",");
        print_option(to, &options->option[i]);
    }
    print(to, options->count > 0 ? ">" : "");
}

static void print_range(struct print *to, uint32_t seq, uint32_t length) {
    print(to, "%d:%d(%u)", (int32_t)seq, (int32_t)(seq + length), length);
}

static void print_tcp(struct print *to, const struct drill_tcp *tcp) {
    print_flags(to, tcp->flags);
    print_range(to, tcp->seq, tcp->length);
    if (tcp->flags & LUCID_ACK) {
        print(to, " ack %d", (int32_t)tcp->ack);
    }
    if (tcp->window != DRILL_ANY) {
        print(to, " win %d", tcp->window);
    }
    if (tcp->urgent != DRILL_ANY) {
        print(to, " urg %d", tcp->urgent);
    }
    print_options(to, &tcp->options);
}

static void print_known(struct print *to, const char *what, int64_t value) {
    if (value != DRILL_ANY) {
        print(to, " %s %lld", what, (long long)value);
    }
}

static void print_icmp(struct print *to, const struct drill_icmp *icmp) {
    print(to, "icmp %s", icmp->name->type);
    if (icmp->name->code) {
        print(to, " %s", icmp->name->code);
    }
    if (!icmp->name->error || (icmp->name->code && strcmp(icmp->name->code, "frag_needed") == 0)) {
        print_known(to, "mtu", icmp->mtu);
    }
    print_known(to, "id", icmp->id);
    print_known(to, "seq", icmp->seq);
    if (icmp->length != DRILL_ANY) {
        print(to, " (%lld)", (long long)icmp->length);
    }
    if (icmp->quoted == 6) {
        print(to, " [");
        print_range(to, icmp->quoted_seq, icmp->quoted_length);
        print(to, "]");
    } else if (icmp->quoted) {
        print(to, " [udp (%u)]", icmp->quoted_length);
    }
}

char *drill_packet_print(const struct drill_packet *packet, char text[DRILL_PACKET_TEXT]) {
    struct print to = {text, DRILL_PACKET_TEXT};
    print(&to, packet->outbound ? "> " : "< ");
    if (packet->from_port != 0 && packet->protocol != DRILL_ICMP) {
        print(&to, "%u > %u ", packet->from_port, packet->to_port);
    }
    switch ((enum drill_protocol)packet->protocol) {
    case DRILL_TCP:
        print_tcp(&to, &packet->u.tcp);
        break;
    case DRILL_UDP:
        print(&to, "udp (%u)", packet->u.udp_length);
        break;
    case DRILL_ICMP:
        print_icmp(&to, &packet->u.icmp);
        break;
    case DRILL_HEX:
        print(&to, "hex, %u octets", packet->u.hex.length);
        break;
    }
    return text;
}
