/* ours.c: see ours.h. */
#include "ours.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/interrupt.h"
#include "http/http_upstream.h"

enum { TRACE_EVENTS = 16384, TTL = 60 };
static const unsigned TRACE_KINDS = 1u << LUCID_EVENT_SEGMENT_OUT | 1u << LUCID_EVENT_SEGMENT_IN |
                                    1u << LUCID_EVENT_STATE;

static uint64_t epoch(lucid_time now) {
    struct timespec wall;
    clock_gettime(CLOCK_REALTIME, &wall);
    return (uint64_t)wall.tv_sec * LUCID_SECOND + (uint64_t)wall.tv_nsec - now;
}

static int fail(char error[LUCID_ERROR_TEXT], const char *what, int code) {
    snprintf(error, LUCID_ERROR_TEXT, "%s: %s", what, lucid_error_name(code));
    return -1;
}

/* ---- what happens in a turn ---- */

/* A name server that cannot help says so; one that is silent says nothing. */
static void answer_oddly(struct ours *ours) {
    uint8_t octets[DNS_EDNS_MAX];
    struct lucid_sockaddr remote;
    struct lucid_stack *stack = lucid_host_stack(ours->host);
    ptrdiff_t length;
    while ((length = lucid_recvfrom(stack, ours->odd, octets, sizeof octets, 0, &remote, NULL)) >= 0) {
        struct dns_query query;
        if (ours->mood != WAY_DNS_FAILS || !dns_query_read(octets, (size_t)length, &query) || !query.question_end) {
            continue;
        }
        struct dns_header header = {.id = query.header.id, .count = {1, 0, 0, 0}};
        struct dns_writer writer = {.octet = octets, .room = sizeof octets};
        header.flags = (uint16_t)(DNS_QR | (query.header.flags & DNS_RD) | DNS_SERVFAIL);
        dns_put_header(&writer, &header);
        dns_put_question(&writer, &query.question);
        lucid_sendto(stack, ours->odd, octets, writer.length, 0, &remote);
    }
}

/* Whose event is it? The port of its socket tells. */
static void on_event(struct lucid_host *host, const struct lucid_ready *ready, void *user) {
    struct ours *ours = user;
    struct lucid_sockaddr local = {.port = 0};
    lucid_time now = lucid_host_now();
    lucid_getsockname(lucid_host_stack(host), ready->fd, &local);
    if (local.port != WAY_DNS_PORT) {
        http_server_event(ours->http, now, ready->data);
    } else if (ours->dns) {
        dns_server_event(ours->dns, now, ready->data);
    } else {
        answer_oddly(ours);
    }
}

static void on_trace(struct lucid_host *host, void *user) {
    struct ours *ours = user;
    struct lucid_event event;
    while (lucid_trace_next(lucid_host_stack(host), &event, NULL)) {
        way_record_event(ours->record, &event);
    }
}

static void on_packet(void *user, uint64_t at, const uint8_t *octets, size_t length) {
    way_record_packet(((struct ours *)user)->record, at, octets, length);
}

static void on_packets(struct lucid_host *host, int fd, short revents, void *user) {
    (void)host, (void)fd, (void)revents;
    lucid_sniffer_read(((struct ours *)user)->sniffer, on_packet, user);
}

static lucid_time sooner(lucid_time a, lucid_time b) {
    return a < b ? a : b;
}

bool ours_turn(struct ours *ours, lucid_time wait) {
    lucid_time now = lucid_host_now();
    lucid_time due = sooner(http_server_deadline(ours->http), ours->dns ? dns_server_deadline(ours->dns) : LUCID_NEVER);
    due = sooner(due, now + wait);
    lucid_host_step(ours->host, due > now ? due - now : 0);
    now = lucid_host_now();
    http_server_set_epoch(ours->http, epoch(now));
    http_server_tick(ours->http, now);
    if (ours->dns) {
        dns_server_tick(ours->dns, now);
    }
    return !lucid_host_stopped(ours->host);
}

void ours_deafen(struct ours *ours) {
    if (ours->sniffer) {
        lucid_host_watch(ours->host, lucid_sniffer_fd(ours->sniffer), 0, on_packets, ours);
        lucid_sniffer_close(ours->sniffer);
        ours->sniffer = NULL;
    }
    lucid_trace_enable(lucid_host_stack(ours->host), 0, 0);
}

unsigned ours_waiting(const struct ours *ours) {
    struct lucid_stats stats;
    lucid_stats(lucid_host_stack(ours->host), &stats);
    return stats.timewaits;
}

/* ---- the name server ---- */

static void end_dns(struct ours *ours) {
    dns_server_close(ours->dns);
    ours->dns = NULL;
    if (ours->odd > 0) {
        lucid_close(lucid_host_stack(ours->host), ours->odd);
        ours->odd = 0;
    }
}

static int open_odd(struct ours *ours, char error[LUCID_ERROR_TEXT]) {
    const struct lucid_sockaddr local = {.port = WAY_DNS_PORT};
    struct lucid_stack *stack = lucid_host_stack(ours->host);
    ours->odd = lucid_socket(stack, LUCID_AF_UNSPEC, LUCID_SOCK_DGRAM, 0);
    int failed = ours->odd < 0 ? ours->odd : lucid_bind(stack, ours->odd, &local);
    return failed < 0 ? fail(error, "port 53 of our stack cannot be had", failed) : 0;
}

int ours_dns(struct ours *ours, enum way_dns mood, char error[LUCID_ERROR_TEXT]) {
    struct dns_server_options options;
    end_dns(ours);
    ours->mood = mood;
    if (mood == WAY_DNS_IS_GONE) {
        return 0;
    }
    if (mood != WAY_DNS_ANSWERS) {
        return open_odd(ours, error);
    }
    dns_server_defaults(&options);
    options.zone = ours->zone;
    int failed = dns_server_open(&ours->dns, lucid_host_stack(ours->host), &options);
    return failed < 0 ? fail(error, "the name server cannot open its sockets", failed) : 0;
}

static int make_zone(struct ours *ours, bool www_is_ours, char error[LUCID_ERROR_TEXT]) {
    struct lucid_addr us, kernel;
    _Static_assert(DNS_ZONE_ERROR <= LUCID_ERROR_TEXT, "one buffer is for both");
    lucid_addr_parse("10.77.0.2", &us);
    lucid_addr_parse("10.77.0.1", &kernel);
    ours->zone = dns_zone_new("lab.test", TTL);
    if (!ours->zone) {
        return fail(error, "there is no zone", -LUCID_ENOMEM);
    }
    if (dns_zone_add(ours->zone, "www", www_is_ours ? &us : &kernel, true, error) ||
        dns_zone_add(ours->zone, "ns", &us, false, error) || dns_zone_add(ours->zone, "ours", &us, false, error)) {
        return -1;
    }
    dns_zone_settle(ours->zone);
    return 0;
}

/* ---- opening and closing ---- */

/* IPv4 alone, so that there is one way to be seen; no offload, so that each packet is as a wire would show it. */
static int open_host(struct ours *ours, char error[LUCID_ERROR_TEXT]) {
    struct lucid_host_options options;
    lucid_host_defaults(&options);
    options.host_addr_count = 1;
    options.config.addr_count = 1;
    options.offload = false;
    return lucid_host_open(&ours->host, &options, error);
}

static int open_http(struct ours *ours, bool gateway, const char *root, char error[LUCID_ERROR_TEXT]) {
    struct http_server_options options;
    struct http_upstream behind;
    const struct lucid_sockaddr local = {.port = WAY_HTTP_PORT}, packets = {.port = WAY_OURS_PORT};
    _Static_assert(HTTP_URL_ERROR <= LUCID_ERROR_TEXT, "one buffer is for both");
    http_server_defaults(&options);
    options.root = root;
    if (gateway) {
        if (!http_upstream_parse(&behind, "/=uwsgi://10.77.0.1:3031", error)) {
            return -1;
        }
        options.upstreams = &behind;
        options.upstream_count = 1;
        options.upstream_time = LUCID_SECOND;
    }
    stack_transport_init(&ours->transport, lucid_host_stack(ours->host));
    if (http_server_open(&ours->http, &ours->transport.base, &options, error) < 0) {
        return -1;
    }
    int failed = http_server_listen(ours->http, &local);
    failed = failed < 0 ? failed : http_server_listen_uwsgi(ours->http, &packets);
    return failed < 0 ? fail(error, "our server cannot listen", failed) : 0;
}

int ours_open(struct ours *ours, struct way_record *record, const struct way_plan *plan, const char *root,
              char error[LUCID_ERROR_TEXT]) {
    ours->record = record;
    record->epoch = epoch(lucid_host_now());
    if (make_zone(ours, plan->ours, error) < 0 || open_host(ours, error) < 0 ||
        open_http(ours, plan->gateway, plan->browser ? root : NULL, error) < 0) {
        return -1;
    }
    if (lucid_trace_enable(lucid_host_stack(ours->host), TRACE_KINDS, TRACE_EVENTS) < 0) {
        return fail(error, "our stack cannot be traced", -LUCID_ENOMEM);
    }
    ours->sniffer = lucid_sniffer_open(error);
    if (!ours->sniffer) {
        return -1;
    }
    const struct lucid_host_callbacks callbacks = {.event = on_event, .trace = on_trace, .user = ours};
    lucid_host_set_callbacks(ours->host, &callbacks);
    lucid_host_watch(ours->host, lucid_sniffer_fd(ours->sniffer), POLLIN, on_packets, ours);
    interrupt_stops(ours->host);
    return ours_dns(ours, WAY_DNS_ANSWERS, error);
}

void ours_close(struct ours *ours) {
    interrupt_stops(NULL);
    if (ours->host) {
        end_dns(ours);
        lucid_host_set_callbacks(ours->host, &(struct lucid_host_callbacks){0});
    }
    http_server_close(ours->http);
    lucid_sniffer_close(ours->sniffer);
    lucid_host_close(ours->host);
    dns_zone_free(ours->zone);
}
