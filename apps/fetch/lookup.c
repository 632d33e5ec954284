/* lookup.c: see lookup.h. */
#include "lookup.h"

#include <sys/random.h>

#include "lucid/host.h"

/* Without randomness an id of 0 would be guessed; but then no stack would have come up either. */
static uint16_t random_id(void *context) {
    uint16_t id = 0;
    (void)context;
    return getrandom(&id, sizeof id, 0) == sizeof id ? id : 0;
}

static bool has_family(const struct lucid_config *config, bool ipv4) {
    for (unsigned i = 0; i < config->addr_count; i++) {
        if (lucid_addr_is_ipv4(&config->addrs[i].addr) == ipv4) {
            return true;
        }
    }
    return false;
}

static struct dns_resolver_options settings(const struct fetch_options *options) {
    struct dns_resolver_options settings;
    dns_resolver_defaults(&settings);
    settings.random = random_id;
    settings.server.addr = options->dns_given ? options->dns : options->device.host.host_addrs[0].addr;
    return settings;
}

static int out_of_patience(const struct dns_resolver *resolver, lucid_time timeout, struct text *sentence) {
    char name[DNS_NAME_TEXT], address[LUCID_ADDR_TEXT];
    text_format(sentence,
                "%s has no address here: the name server %s has not answered within %.6g s: is one there? --timeout "
                "waits longer, --dns names another",
                dns_name_format(&resolver->question.name, name),
                lucid_addr_format(&resolver->options.server.addr, address), (double)timeout / 1e9);
    return -1;
}

/* timeout: nanoseconds after which the user has no patience, though the resolver would ask once more. */
static int turn(struct dns_resolver *resolver, struct lucid_host *host, lucid_time timeout, struct text *sentence) {
    lucid_time end = lucid_host_now() + timeout;
    while (resolver->end == DNS_RESOLVER_GOES_ON) {
        lucid_time now = lucid_host_now(), deadline = dns_resolver_deadline(resolver);
        if (lucid_host_stopped(host)) {
            dns_resolver_say(resolver, sentence);
            text_put(sentence, ": interrupted");
            return -1;
        }
        if (now >= end) {
            return out_of_patience(resolver, timeout, sentence);
        }
        deadline = deadline < end ? deadline : end;
        if (lucid_host_step(host, deadline > now ? deadline - now : 0) < 0) {
            text_put(sentence, "the interface has gone away: it was deleted while a name was looked up");
            return -1;
        }
        dns_resolver_tick(resolver, lucid_host_now());
    }
    return 0;
}

static int ask(struct dns_resolver *resolver, struct lucid_host *host, const struct fetch_options *options,
               const char *name, enum dns_type type, struct text *sentence) {
    const struct dns_resolver_options how = settings(options);
    struct lucid_stack *stack = lucid_host_stack(host);
    dns_resolver_begin(resolver, stack, lucid_host_now(), &how, name, type, resolver);
    int failed = turn(resolver, host, options->timeout, sentence);
    dns_resolver_close(resolver);
    return failed;
}

int fetch_lookup(struct dns_resolver *resolver, struct lucid_host *host, const struct fetch_options *options,
                 const char *name, struct lucid_addr *addr, struct text *sentence) {
    const struct lucid_config *config = &options->device.host.config;
    bool ipv4 = has_family(config, true), ipv6 = has_family(config, false);
    if (ask(resolver, host, options, name, ipv4 ? DNS_A : DNS_AAAA, sentence)) {
        return -1;
    }
    if (resolver->end == DNS_RESOLVER_NO_DATA && ipv4 && ipv6 &&
        ask(resolver, host, options, name, DNS_AAAA, sentence)) {
        return -1;
    }
    dns_resolver_say(resolver, sentence);
    if (resolver->end != DNS_RESOLVER_FOUND) {
        return -1;
    }
    *addr = resolver->reply.addr[0];
    return 0;
}
