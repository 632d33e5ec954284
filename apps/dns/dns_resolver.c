/* dns_resolver.c: see dns_resolver.h. */
#include "dns/dns_resolver.h"

#include <string.h>

void dns_resolver_defaults(struct dns_resolver_options *options) {
    *options = (struct dns_resolver_options){
        .server.port = 53, .attempts = 4, .first = LUCID_SECOND, .tcp = 10 * LUCID_SECOND};
}

void dns_resolver_close(struct dns_resolver *resolver) {
    if (resolver->fd > 0) {
        lucid_close(resolver->stack, resolver->fd);
    }
    resolver->fd = 0;
}

static void end_with(struct dns_resolver *resolver, enum dns_resolver_end end) {
    resolver->end = (uint8_t)end;
    resolver->deadline = LUCID_NEVER;
    dns_resolver_close(resolver);
}

static void end_with_error(struct dns_resolver *resolver, ptrdiff_t error) {
    resolver->error = (int)-error;
    end_with(resolver, error == -LUCID_ETIMEDOUT ? DNS_RESOLVER_SILENT : DNS_RESOLVER_UNREACHABLE);
}

/* ---- asking ---- */

static void write_query(struct dns_resolver *resolver) {
    struct dns_writer writer = {.octet = resolver->out + 2, .room = sizeof resolver->out - 2};
    const struct dns_header header = {resolver->id, DNS_RD, {1, 0, 0, !resolver->plain}};
    dns_put_header(&writer, &header);
    dns_put_question(&writer, &resolver->question);
    if (!resolver->plain) {
        dns_put_octets(&writer, "", 1);
        dns_put_u16(&writer, DNS_OPT);
        dns_put_u16(&writer, DNS_EDNS_MAX);
        dns_put_u32(&writer, 0);
        dns_put_u16(&writer, 0);
    }
    resolver->out[0] = (uint8_t)(writer.length >> 8);
    resolver->out[1] = (uint8_t)writer.length;
    resolver->out_length = 2 + writer.length;
}

/* A socket for the next query. Negative: there is none. */
static int open_socket(struct dns_resolver *resolver, int type) {
    dns_resolver_close(resolver);
    int fd = lucid_socket(resolver->stack, LUCID_AF_UNSPEC, type, 0);
    if (fd < 0) {
        return fd;
    }
    resolver->fd = fd;
    lucid_set_data(resolver->stack, fd, resolver->data);
    int error = lucid_connect(resolver->stack, fd, &resolver->options.server);
    return error == -LUCID_EINPROGRESS ? 0 : error;
}

static void ask_over_udp(struct dns_resolver *resolver, lucid_time now) {
    resolver->id = resolver->options.random(resolver->options.context);
    write_query(resolver);
    ptrdiff_t result = open_socket(resolver, LUCID_SOCK_DGRAM);
    if (result == 0) {
        result = lucid_send(resolver->stack, resolver->fd, resolver->out + 2, resolver->out_length - 2, 0);
    }
    if (result < 0 && result != -LUCID_EAGAIN) {
        end_with_error(resolver, result);
        return;
    }
    resolver->deadline = now + (resolver->options.first << resolver->attempt);
    resolver->attempt++;
}

static void ask_over_tcp(struct dns_resolver *resolver, lucid_time now) {
    resolver->over_tcp = true;
    resolver->id = resolver->options.random(resolver->options.context);
    write_query(resolver);
    resolver->out_at = resolver->in_length = 0;
    resolver->deadline = now + resolver->options.tcp;
    int result = open_socket(resolver, LUCID_SOCK_STREAM);
    if (result < 0) {
        end_with_error(resolver, result);
    }
}

int dns_resolver_begin(struct dns_resolver *resolver, struct lucid_stack *stack, lucid_time now,
                       const struct dns_resolver_options *options, const char *name, unsigned type, void *data) {
    memset(resolver, 0, offsetof(struct dns_resolver, in));
    resolver->stack = stack;
    resolver->options = *options;
    resolver->data = data;
    resolver->question.type = (uint16_t)type;
    resolver->question.class = DNS_IN;
    if (!dns_name_parse(name, &resolver->question.name)) {
        return -LUCID_EINVAL;
    }
    ask_over_udp(resolver, now);
    return resolver->end == DNS_RESOLVER_GOES_ON ? 0 : -resolver->error;
}

/* ---- the answer ---- */

static void take_message(struct dns_resolver *resolver, lucid_time now, const uint8_t *message, size_t length) {
    switch (dns_reply_read(message, length, resolver->id, &resolver->question, &resolver->reply)) {
    case DNS_REPLY_FOREIGN:
        break;
    case DNS_REPLY_CUT:
        if (resolver->over_tcp) {
            end_with(resolver, DNS_RESOLVER_BROKEN);
        } else {
            ask_over_tcp(resolver, now);
        }
        break;
    case DNS_REPLY_PUZZLED:
        if (resolver->over_tcp || resolver->plain) {
            end_with(resolver, DNS_RESOLVER_REFUSED);
        } else {
            resolver->plain = true;
            resolver->attempt = 0; /* the server does answer: as if from the beginning */
            ask_over_udp(resolver, now);
        }
        break;
    case DNS_REPLY_FOUND:
        end_with(resolver, DNS_RESOLVER_FOUND);
        break;
    case DNS_REPLY_NO_NAME:
        end_with(resolver, DNS_RESOLVER_NO_NAME);
        break;
    case DNS_REPLY_NO_DATA:
        end_with(resolver, DNS_RESOLVER_NO_DATA);
        break;
    case DNS_REPLY_REFUSED:
        end_with(resolver, DNS_RESOLVER_REFUSED);
        break;
    case DNS_REPLY_BROKEN:
        end_with(resolver, DNS_RESOLVER_BROKEN);
        break;
    }
}

/* ---- events ---- */

static void receive_datagrams(struct dns_resolver *resolver, lucid_time now) {
    while (resolver->end == DNS_RESOLVER_GOES_ON && !resolver->over_tcp) {
        ptrdiff_t got = lucid_recv(resolver->stack, resolver->fd, resolver->in, sizeof resolver->in, 0);
        if (got == -LUCID_EAGAIN) {
            return;
        }
        if (got < 0) {
            end_with_error(resolver, got);
            return;
        }
        take_message(resolver, now, resolver->in, (size_t)got);
    }
}

/* False: nothing more can be done now. */
static bool send_query(struct dns_resolver *resolver) {
    while (resolver->out_at < resolver->out_length) {
        ptrdiff_t sent = lucid_send(resolver->stack, resolver->fd, resolver->out + resolver->out_at,
                                    resolver->out_length - resolver->out_at, 0);
        if (sent == -LUCID_EAGAIN || sent == -LUCID_ENOTCONN) {
            return false;
        }
        if (sent < 0) {
            end_with_error(resolver, sent);
            return false;
        }
        resolver->out_at += (size_t)sent;
    }
    return true;
}

/* A connection brings one answer; whatever else it brings is none. */
static void receive_stream(struct dns_resolver *resolver, lucid_time now) {
    while (resolver->end == DNS_RESOLVER_GOES_ON) {
        ptrdiff_t got = lucid_recv(resolver->stack, resolver->fd, resolver->in + resolver->in_length,
                                   sizeof resolver->in - resolver->in_length, 0);
        if (got == -LUCID_EAGAIN) {
            return;
        }
        if (got < 0) {
            end_with_error(resolver, got);
            return;
        }
        resolver->in_length += (size_t)got;
        size_t length = (size_t)resolver->in[0] << 8 | resolver->in[1];
        bool whole = resolver->in_length >= 2 && resolver->in_length >= 2 + length;
        if (whole) {
            take_message(resolver, now, resolver->in + 2, length);
        }
        if (resolver->end == DNS_RESOLVER_GOES_ON && (whole || got == 0)) {
            end_with(resolver, DNS_RESOLVER_BROKEN);
        }
    }
}

void dns_resolver_event(struct dns_resolver *resolver, lucid_time now) {
    if (resolver->end != DNS_RESOLVER_GOES_ON) {
        return;
    }
    if (!resolver->over_tcp) {
        receive_datagrams(resolver, now);
        return;
    }
    if (send_query(resolver)) {
        receive_stream(resolver, now);
    }
}

lucid_time dns_resolver_deadline(const struct dns_resolver *resolver) {
    return resolver->deadline;
}

void dns_resolver_tick(struct dns_resolver *resolver, lucid_time now) {
    if (resolver->end != DNS_RESOLVER_GOES_ON || now < resolver->deadline) {
        return;
    }
    if (resolver->over_tcp || resolver->attempt >= resolver->options.attempts) {
        end_with(resolver, DNS_RESOLVER_SILENT);
        return;
    }
    ask_over_udp(resolver, now);
}

/* ---- in words ---- */

static void put_failure(const struct dns_resolver *resolver, struct text *text) {
    char code[16];
    switch ((enum dns_resolver_end)resolver->end) {
    case DNS_RESOLVER_GOES_ON:
    case DNS_RESOLVER_FOUND:
        break;
    case DNS_RESOLVER_NO_NAME:
        text_put(text, " knows no such name (NXDOMAIN): is it spelt right?");
        break;
    case DNS_RESOLVER_NO_DATA:
        text_format(text, " knows the name, but no IPv%c address of it", resolver->question.type == DNS_A ? '4' : '6');
        break;
    case DNS_RESOLVER_REFUSED:
        text_format(text, " does not answer that question: %s", dns_rcode_name(resolver->reply.rcode, code));
        break;
    case DNS_RESOLVER_SILENT:
        text_put(text, " does not answer: is a name server there? --dns names another");
        break;
    case DNS_RESOLVER_UNREACHABLE:
        text_format(text, " cannot be asked (%s): is a name server there? --dns names another",
                    lucid_error_name(resolver->error));
        break;
    case DNS_RESOLVER_BROKEN:
        text_put(text, " has sent an answer that cannot be read");
        break;
    }
}

void dns_resolver_say(const struct dns_resolver *resolver, struct text *text) {
    char name[DNS_NAME_TEXT], address[LUCID_ADDR_TEXT];
    text_put(text, dns_name_format(&resolver->question.name, name));
    if (resolver->end == DNS_RESOLVER_GOES_ON) {
        text_put(text, " is being looked up");
    } else if (resolver->end == DNS_RESOLVER_FOUND) {
        text_format(text, " is %s", lucid_addr_format(&resolver->reply.addr[0], address));
    } else {
        text_format(text, " has no address here: the name server %s port %u",
                    lucid_addr_format(&resolver->options.server.addr, address), resolver->options.server.port);
        put_failure(resolver, text);
    }
}
