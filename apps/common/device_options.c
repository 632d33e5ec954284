/* device_options.c: see device_options.h. */
#include "common/device_options.h"

#include <string.h>

#include "common/value.h"

/* The longest name that an interface may have, with its NUL: IFNAMSIZ. */
enum { NAME_SIZE = 16 };

void device_options_begin(struct device_options *device) {
    *device = (struct device_options){.addrs = 0};
    lucid_host_defaults(&device->host);
}

/* ---- values ---- */

static bool take_tun(struct device_options *device, const char *value, char error[LUCID_ERROR_TEXT]) {
    if (value[0] == '\0' || strlen(value) >= NAME_SIZE || strpbrk(value, "/ \t\n:") || value[0] == '.') {
        return value_wrong(error, "--tun %.60s is no name for an interface: take 1 to %d letters and digits", value,
                           NAME_SIZE - 1);
    }
    device->host.device = value;
    return true;
}

/* Adds one to a list that has at most one address of each family. */
static bool add_address(struct lucid_ifaddr *list, unsigned *count, const struct lucid_ifaddr *one, const char *option,
                        char error[LUCID_ERROR_TEXT]) {
    bool ipv4 = lucid_addr_is_ipv4(&one->addr);
    for (unsigned i = 0; i < *count; i++) {
        if (lucid_addr_is_ipv4(&list[i].addr) == ipv4) {
            return value_wrong(error, "%s is given twice for %s: give it once for IPv4 and once for IPv6", option,
                               ipv4 ? "IPv4" : "IPv6");
        }
    }
    list[(*count)++] = *one;
    return true;
}

static bool take_addr(struct device_options *device, const char *value, char error[LUCID_ERROR_TEXT]) {
    struct lucid_config *config = &device->host.config;
    struct lucid_ifaddr one = {.prefix = 0};
    if (lucid_addr_parse(value, &one.addr) < 0 || lucid_addr_is_any(&one.addr)) {
        return value_wrong(error, "--addr %.60s is no address: write one such as 10.77.0.2 or fd77::2", value);
    }
    bool good = add_address(config->addrs, &device->addrs, &one, "--addr", error);
    config->addr_count = device->addrs;
    return good;
}

static bool take_host_addr(struct device_options *device, const char *value, char error[LUCID_ERROR_TEXT]) {
    struct lucid_host_options *host = &device->host;
    struct lucid_ifaddr one;
    if (!strchr(value, '/') || lucid_ifaddr_parse(value, 0, &one) < 0 || lucid_addr_is_any(&one.addr)) {
        return value_wrong(
            error, "--host-addr %.60s is no address with a prefix: write one such as 10.77.0.1/24 or fd77::1/64",
            value);
    }
    bool good = add_address(host->host_addrs, &device->host_addrs, &one, "--host-addr", error);
    host->host_addr_count = device->host_addrs;
    return good;
}

static bool take_faults(struct device_options *device, const char *value, char error[LUCID_ERROR_TEXT]) {
    struct lucid_faults faults;
    char why[LUCID_ERROR_TEXT];
    if (lucid_faults_parse(value, &faults, why) < 0) {
        return value_wrong(error, "--faults: %.240s", why);
    }
    device->host.faults = value;
    return true;
}

bool device_options_seconds(const char *option, const char *value, lucid_time *time, char error[LUCID_ERROR_TEXT]) {
    return value_seconds(value, false, time) ||
           value_wrong(error, "%s %.60s is no time: take seconds from 0.001 to 3600", option, value);
}

bool device_options_take(struct device_options *device, int option, const char *value, char error[LUCID_ERROR_TEXT]) {
    switch (option) {
    case DEVICE_TUN:
        return take_tun(device, value, error);
    case DEVICE_ADDR:
        return take_addr(device, value, error);
    case DEVICE_HOST_ADDR:
        return take_host_addr(device, value, error);
    case DEVICE_FAULTS:
        return take_faults(device, value, error);
    case DEVICE_MSL:
        device->msl_given = true;
        return device_options_seconds("--msl", value, &device->host.config.msl, error);
    case DEVICE_PCAP:
        device->host.pcap = value;
        return true;
    case DEVICE_NO_CONFIGURE:
        device->host.configure = false;
        return true;
    default:
        return value_wrong(error, "there is no such option: see --help");
    }
}

/* ---- what belongs together ---- */

static bool same_network(const struct lucid_addr *a, const struct lucid_ifaddr *network) {
    bool ipv4 = lucid_addr_is_ipv4(a);
    unsigned bits = network->prefix + (ipv4 ? 96u : 0u);
    if (ipv4 != lucid_addr_is_ipv4(&network->addr)) {
        return false;
    }
    for (unsigned i = 0; i < bits; i++) {
        if ((a->octet[i / 8] ^ network->addr.octet[i / 8]) & 0x80u >> i % 8) {
            return false;
        }
    }
    return true;
}

/* Gives an address of ours the prefix of the kernel's network that it lies in; else nobody could reach it. */
static bool settle_address(const struct lucid_host_options *host, struct lucid_ifaddr *own,
                           char error[LUCID_ERROR_TEXT]) {
    char text[LUCID_ADDR_TEXT];
    for (unsigned i = 0; i < host->host_addr_count; i++) {
        const struct lucid_ifaddr *kernel = &host->host_addrs[i];
        if (lucid_addr_equal(&own->addr, &kernel->addr)) {
            return value_wrong(error,
                               "%s cannot be the stack's and the kernel's address: choose another for one of them",
                               lucid_addr_format(&own->addr, text));
        }
        if (same_network(&own->addr, kernel)) {
            own->prefix = kernel->prefix;
            return true;
        }
    }
    if (!host->configure) {
        own->prefix = lucid_addr_is_ipv4(&own->addr) ? 32 : 128;
        return true;
    }
    return value_wrong(error, "%s lies in no network of the kernel's end: give --host-addr too, such as 10.77.0.1/24",
                       lucid_addr_format(&own->addr, text));
}

bool device_options_settle(struct device_options *device, char error[LUCID_ERROR_TEXT]) {
    struct lucid_config *config = &device->host.config;
    for (unsigned i = 0; i < config->addr_count; i++) {
        if (!settle_address(&device->host, &config->addrs[i], error)) {
            return false;
        }
    }
    return true;
}
