/* options.c: defaults of a host, and addresses as people write them. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lucid/host.h"
#include "memory.h"

/* What the kernel at the other end of the device has; RFC 6298 2.4 would have a second (docs/decisions/0066). */
static const lucid_time RTO_MIN = 200 * LUCID_MILLISECOND;

/* Well before that the ACK must be out, or the kernel sends again what we have (docs/decisions/0124). */
static const lucid_time DELAYED_ACK = 40 * LUCID_MILLISECOND;

static struct lucid_ifaddr ifaddr(const char *text, uint8_t prefix) {
    struct lucid_ifaddr made = {.prefix = prefix};
    lucid_addr_parse(text, &made.addr);
    return made;
}

void lucid_host_defaults(struct lucid_host_options *options) {
    *options = (struct lucid_host_options){
        .device = "lucid0",
        .device_path = "/dev/net/tun",
        .configure = true,
        .offload = true,
        .host_addrs = {ifaddr("10.77.0.1", 24), ifaddr("fd77::1", 64)},
        .host_addr_count = 2,
    };
    lucid_config_default(&options->config);
    options->config.rto_min = RTO_MIN;
    options->config.delayed_ack = DELAYED_ACK;
    options->config.sleep_after = LUCID_SECOND;
    options->config.chunk_spares = host_chunk_spares(sysconf(_SC_LEVEL2_CACHE_SIZE));
    options->config.addrs[0] = ifaddr("10.77.0.2", 24);
    options->config.addrs[1] = ifaddr("fd77::2", 64);
    options->config.addr_count = 2;
    host_lend(&options->config);
}

/* The number behind the slash, at most most; -1 when it is none. */
static int prefix_length(const char *text, int most) {
    char *end;
    if (text[0] < '0' || text[0] > '9') {
        return -1;
    }
    long value = strtol(text, &end, 10);
    return *end == '\0' && value <= most ? (int)value : -1;
}

int lucid_ifaddr_parse(const char *text, uint8_t prefix, struct lucid_ifaddr *made) {
    char address[LUCID_ADDR_TEXT];
    const char *slash = strchr(text, '/');
    size_t length = slash ? (size_t)(slash - text) : strlen(text);
    if (length >= sizeof address) {
        return -LUCID_EINVAL;
    }
    memcpy(address, text, length);
    address[length] = '\0';
    struct lucid_ifaddr result = {.prefix = prefix};
    if (lucid_addr_parse(address, &result.addr) < 0) {
        return -LUCID_EINVAL;
    }
    if (slash) {
        int value = prefix_length(slash + 1, lucid_addr_is_ipv4(&result.addr) ? 32 : 128);
        if (value < 0) {
            return -LUCID_EINVAL;
        }
        result.prefix = (uint8_t)value;
    }
    *made = result;
    return 0;
}
