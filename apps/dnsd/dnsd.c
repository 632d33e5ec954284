/* dnsd.c: lucid-dnsd: the name server of dns/dns_server.h on a stack behind a TUN device. */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "common/interrupt.h"
#include "common/text.h"
#include "common/trace_text.h"
#include "dns/dns_explain.h"
#include "lucid/host.h"
#include "options.h"

struct daemon {
    struct dnsd_options options;
    struct lucid_host *host;
    struct dns_zone *zone;
    struct dns_server *server;
};

static volatile sig_atomic_t reload_wanted;

static void on_hangup(int number) {
    (void)number;
    reload_wanted = 1;
}

static int fail(const char *what, const char *why) {
    fprintf(stderr, "lucid-dnsd: %s%s\n", what, why);
    return 1;
}

/* ---- the zone ---- */

/* Without a file: where the demonstration's server and the kernel are. */
static int add_defaults(const struct daemon *daemon, struct dns_zone *zone, char error[DNS_ZONE_ERROR]) {
    const struct lucid_host_options *host = &daemon->options.device.host;
    for (unsigned i = 0; i < host->config.addr_count; i++) {
        if (dns_zone_add(zone, "www", &host->config.addrs[i].addr, true, error)) {
            return -1;
        }
    }
    for (unsigned i = 0; i < host->host_addr_count; i++) {
        if (dns_zone_add(zone, "host", &host->host_addrs[i].addr, true, error)) {
            return -1;
        }
    }
    return 0;
}

/* ns is where we are, unless the file says otherwise. */
static int add_server(const struct daemon *daemon, struct dns_zone *zone, char error[DNS_ZONE_ERROR]) {
    const struct lucid_config *config = &daemon->options.device.host.config;
    const struct dns_entry *entry;
    dns_zone_settle(zone);
    if (dns_zone_find(zone, dns_zone_server(zone), &entry) > 0) {
        return 0;
    }
    for (unsigned i = 0; i < config->addr_count; i++) {
        if (dns_zone_add(zone, "ns", &config->addrs[i].addr, false, error)) {
            return -1;
        }
    }
    dns_zone_settle(zone);
    return 0;
}

static struct dns_zone *make_zone(const struct daemon *daemon, char error[DNS_ZONE_ERROR]) {
    const struct dnsd_options *options = &daemon->options;
    struct dns_zone *zone = dns_zone_new(options->zone, options->ttl);
    if (!zone) {
        snprintf(error, DNS_ZONE_ERROR, "--zone %.80s is no name that could have another below it", options->zone);
        return NULL;
    }
    int failed = options->hosts ? dns_zone_read(zone, options->hosts, error) : add_defaults(daemon, zone, error);
    if (failed || add_server(daemon, zone, error)) {
        dns_zone_free(zone);
        return NULL;
    }
    return zone;
}

static void reload(struct daemon *daemon) {
    char error[DNS_ZONE_ERROR];
    struct dns_zone *zone = make_zone(daemon, error);
    reload_wanted = 0;
    if (!zone) {
        fprintf(stderr, "lucid-dnsd: %s; what was read before is still served\n", error);
        return;
    }
    dns_zone_set_serial(zone, dns_zone_serial(daemon->zone) + 1);
    dns_server_zone(daemon->server, zone);
    dns_zone_free(daemon->zone);
    daemon->zone = zone;
}

/* ---- what is printed ---- */

static void put_summary(struct text *text, const uint8_t *octets, size_t length) {
    char name[DNS_NAME_TEXT], word[16];
    struct dns_header header;
    struct dns_question question;
    size_t at = DNS_HEADER;
    if (!dns_header_read(octets, length, &header) || header.count[0] == 0 ||
        dns_question_read(octets, length, &at, &question)) {
        text_put(text, "a message without a question");
        return;
    }
    text_format(text, "%s %s", dns_name_format(&question.name, name), dns_type_name(question.type, word));
    if (header.flags & DNS_QR) {
        text_format(text, ": %s, %u answer%s%s", dns_rcode_name(header.flags & 15, word), header.count[1],
                    header.count[1] == 1 ? "" : "s", header.flags & DNS_TC ? ", cut" : "");
    }
}

static void on_message(void *user, const struct lucid_sockaddr *remote, bool tcp, bool response, const uint8_t *octets,
                       size_t length) {
    const struct daemon *daemon = user;
    if (!response && !daemon->options.explain) {
        return;
    }
    struct text text = text_growing();
    text_put(&text, response ? "to " : "from ");
    trace_text_end(&text, remote);
    text_format(&text, " over %s, %zu octets: ", tcp ? "TCP" : "UDP", length);
    put_summary(&text, octets, length);
    text_put_char(&text, '\n');
    if (daemon->options.explain) {
        if (tcp) { /* RFC 1035 4.2.2: a stream has no ends of messages */
            text_format(&text, "     -2  %02zx %02zx                    octets of the message that follows\n",
                        length >> 8, length & 255);
        }
        dns_explain(&text, octets, length);
        text_put_char(&text, '\n');
    }
    if (!text.cut) {
        fwrite(text.data, 1, text.length, stdout);
        fflush(stdout);
    }
    text_free(&text);
}

/* ---- running ---- */

static void on_event(struct lucid_host *host, const struct lucid_ready *ready, void *user) {
    (void)host;
    dns_server_event(((struct daemon *)user)->server, lucid_host_now(), ready->data);
}

static int turn(struct daemon *daemon) {
    while (!lucid_host_stopped(daemon->host)) {
        lucid_time now = lucid_host_now(), deadline = dns_server_deadline(daemon->server);
        lucid_time wait = deadline == LUCID_NEVER ? LUCID_NEVER : deadline > now ? deadline - now : 0;
        int result = lucid_host_step(daemon->host, wait);
        if (result < 0 && result != -LUCID_EINTR) {
            return fail("the device is gone: ", lucid_error_name(result));
        }
        dns_server_tick(daemon->server, lucid_host_now());
        if (reload_wanted) {
            reload(daemon);
        }
    }
    return 0;
}

static int serve(struct daemon *daemon) {
    const struct lucid_host_callbacks callbacks = {.event = on_event, .user = daemon};
    struct dns_server_options *options = &daemon->options.server;
    options->zone = daemon->zone;
    options->message = daemon->options.log || daemon->options.explain ? on_message : NULL;
    options->user = daemon;
    int error = dns_server_open(&daemon->server, lucid_host_stack(daemon->host), options);
    if (error < 0) {
        return fail("the server cannot open its sockets: ", lucid_error_name(error));
    }
    lucid_host_set_callbacks(daemon->host, &callbacks);
    interrupt_stops(daemon->host);
    signal(SIGHUP, on_hangup);
    printf("lucid-dnsd: answers for %s on %s\n", daemon->options.zone, lucid_host_device(daemon->host));
    fflush(stdout);
    int result = turn(daemon);
    interrupt_stops(NULL);
    dns_server_close(daemon->server);
    return result;
}

static int run(struct daemon *daemon) {
    char error[LUCID_ERROR_TEXT];
    daemon->zone = make_zone(daemon, error);
    if (!daemon->zone) {
        fail("", error);
        return 2;
    }
    int result = 1;
    if (lucid_host_open(&daemon->host, &daemon->options.device.host, error) < 0) {
        fail("", error);
    } else {
        result = serve(daemon);
        lucid_host_close(daemon->host);
    }
    dns_zone_free(daemon->zone);
    return result;
}

int main(int argc, char **argv) {
    static struct daemon daemon;
    char error[LUCID_ERROR_TEXT];
    if (dnsd_options_read(&daemon.options, argc, argv, error)) {
        fail("", error);
        return 2;
    }
    if (daemon.options.help) {
        fputs(dnsd_options_help, stdout);
        return 0;
    }
    return run(&daemon);
}
