/* pd_flags.c: what the object is told, since the tool tells it nothing of its own command line:
 *
 *     local=192.168.0.1,remote=192.0.2.1,mtu=1500,wait=600,loose=1,msl=30s,nagle=false
 *
 * local, remote, mtu: as on that command line; defaults are the tool's. wait: seconds that netdev_receive lets pass.
 * loose: surplus packets are no error. Anything else: a member of struct lucid_config as scripts write it
 * (harness/drill_config.h), with the defaults of a drill.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/drill_config.h"
#include "harness/drill_parse.h"
#include "packetdrill/pd.h"

struct reader {
    struct scan scan;
    struct pd_flags *flags;
    struct lucid_addr local, remote;
    int64_t mtu;
    struct drill_setting *settings;
};

static bool read_address(struct scan *scan, struct lucid_addr *addr) {
    return scan_expect(scan, "=") && drill_parse_address(scan, addr);
}

/* "600" or "600s" */
static bool read_wait(struct scan *scan, lucid_time *wait) {
    if (!scan_expect(scan, "=")) {
        return false;
    }
    if (!scan_seconds(scan, wait)) {
        return scan_fail(scan, "wait needs seconds");
    }
    scan_is_word(scan, "s");
    return true;
}

static bool read_loose(struct scan *scan, bool *loose) {
    int64_t value;
    if (!scan_expect(scan, "=") || !scan_range(scan, "loose", 0, 1, &value)) {
        return false;
    }
    *loose = value == 1;
    return true;
}

static bool read_setting(struct reader *reader) {
    struct drill_setting *setting = calloc(1, sizeof *setting);
    setting->next = reader->settings;
    reader->settings = setting;
    return drill_config_parse(&reader->scan, setting);
}

static bool read_flag(struct reader *reader) {
    struct scan *scan = &reader->scan;
    if (scan_is_word(scan, "local")) {
        return read_address(scan, &reader->local);
    }
    if (scan_is_word(scan, "remote")) {
        return read_address(scan, &reader->remote);
    }
    if (scan_is_word(scan, "mtu")) {
        return scan_expect(scan, "=") && scan_range(scan, "mtu", 68, 65535, &reader->mtu);
    }
    if (scan_is_word(scan, "wait")) {
        return read_wait(scan, &reader->flags->wait);
    }
    if (scan_is_word(scan, "loose")) {
        return read_loose(scan, &reader->flags->loose);
    }
    return read_setting(reader);
}

static bool read_flags(struct reader *reader) {
    while (!scan_end(&reader->scan)) {
        if (!read_flag(reader)) {
            return false;
        }
        if (!scan_text(&reader->scan, ",") && !scan_end(&reader->scan)) {
            return scan_fail(&reader->scan, "a comma is missing at '%.20s'", reader->scan.at);
        }
    }
    bool alike = lucid_addr_is_ipv4(&reader->local) == lucid_addr_is_ipv4(&reader->remote);
    return alike || scan_fail(&reader->scan, "local and remote are not of one family");
}

static void apply(struct reader *reader) {
    struct lucid_config *config = &reader->flags->config;
    bool ipv4 = lucid_addr_is_ipv4(&reader->local);
    lucid_config_default(config);
    drill_config_apply(config, reader->settings, ipv4);
    config->mtu = (uint16_t)reader->mtu;
    config->addrs[0] = (struct lucid_ifaddr){.addr = reader->local, .prefix = ipv4 ? 24 : 64};
    config->addr_count = 1;
}

void pd_flags_parse(const char *text, struct pd_flags *flags) {
    struct drill_error error = {.text = ""};
    struct reader reader = {.scan = {text ? text : "", &error}, .flags = flags, .mtu = 1500};
    *flags = (struct pd_flags){.wait = 600 * LUCID_SECOND};
    lucid_addr_parse("192.168.0.0", &reader.local);
    lucid_addr_parse("192.0.2.1", &reader.remote);
    if (!read_flags(&reader)) {
        fprintf(stderr, "lucid_packetdrill: %s in the flags \"%s\"\n", error.text, text);
        exit(2);
    }
    apply(&reader);
    while (reader.settings) {
        struct drill_setting *next = reader.settings->next;
        free(reader.settings);
        reader.settings = next;
    }
}
