/* drill_config.c: see drill_config.h. */
#include "harness/drill_config.h"

#include <string.h>

#include "harness/drill_parse.h"
#include "tcp/cc.h"

enum kind { NUMBER, TIME, SWITCH, CONGESTION };

static const struct member {
    const char *name;
    uint8_t kind; /* enum kind */
    uint8_t size; /* octets */
    uint16_t offset;
} members[] = {
#define MEMBER(name, kind) \
    { #name, kind, sizeof(((struct lucid_config *)0)->name), offsetof(struct lucid_config, name) }
    MEMBER(mtu, NUMBER),
    MEMBER(mem_limit, NUMBER),
    MEMBER(sockets_max, NUMBER),
    MEMBER(connections_max, NUMBER),
    MEMBER(half_open_max, NUMBER),
    MEMBER(fast_open_max, NUMBER),
    MEMBER(timewait_max, NUMBER),
    MEMBER(challenge_acks, NUMBER),
    MEMBER(icmp_errors, NUMBER),
    MEMBER(reassembly_max, NUMBER),
    MEMBER(reassemblies_max, NUMBER),
    MEMBER(replies_max, NUMBER),
    MEMBER(sndbuf, NUMBER),
    MEMBER(rcvbuf, NUMBER),
    MEMBER(sndbuf_max, NUMBER),
    MEMBER(rcvbuf_max, NUMBER),
    MEMBER(msl, TIME),
    MEMBER(rto_initial, TIME),
    MEMBER(rto_min, TIME),
    MEMBER(sleep_after, TIME),
    MEMBER(rto_max, TIME),
    MEMBER(delayed_ack, TIME),
    MEMBER(r2_syn, TIME),
    MEMBER(r2_syn_ack, TIME),
    MEMBER(r2_data, TIME),
    MEMBER(fin_wait_2, TIME),
    MEMBER(keepidle, TIME),
    MEMBER(keepintvl, TIME),
    MEMBER(r1, NUMBER),
    MEMBER(keepcnt, NUMBER),
    MEMBER(initial_window, NUMBER),
    MEMBER(congestion, CONGESTION),
    MEMBER(fixed_window, NUMBER),
    MEMBER(ttl, NUMBER),
    MEMBER(ecn, NUMBER),
    MEMBER(mss_floor, NUMBER),
    MEMBER(port_first, NUMBER),
    MEMBER(port_last, NUMBER),
    MEMBER(syn_cookies, NUMBER),
    MEMBER(fast_open, NUMBER),
    MEMBER(window_scale, SWITCH),
    MEMBER(timestamps, SWITCH),
    MEMBER(sack, SWITCH),
    MEMBER(pacing, SWITCH),
    MEMBER(quick_ack, SWITCH),
    MEMBER(nagle, SWITCH),
    MEMBER(rfc5961, SWITCH),
    MEMBER(rfc1337, SWITCH),
    MEMBER(rst_on_full_backlog, SWITCH),
};

static int find(const char *name) {
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        if (strcmp(members[i].name, name) == 0) {
            return (int)i;
        }
    }
    return -1;
}

static bool parse_number(struct scan *scan, const struct member *member, uint64_t *value) {
    int64_t most = member->size == 8 ? INT64_MAX : (INT64_C(1) << (8 * member->size)) - 1;
    int64_t number;
    if (!scan_range(scan, member->name, 0, most, &number)) {
        return false;
    }
    *value = (uint64_t)number;
    return true;
}

static bool parse_switch(struct scan *scan, uint64_t *value) {
    *value = scan_is_word(scan, "true");
    return *value || scan_is_word(scan, "false") || scan_fail(scan, "true or false is missing at '%.20s'", scan->at);
}

/* A number of enum lucid_congestion, by its name. */
static bool parse_congestion(struct scan *scan, uint64_t *value) {
    for (*value = 0; *value < LUCID_CONGESTIONS; ++*value) {
        if (scan_is_word(scan, cc_numbered((unsigned)*value)->name)) {
            return true;
        }
    }
    return scan_fail(scan, "'%.20s' is no congestion control", scan->at);
}

bool drill_config_parse(struct scan *scan, struct drill_setting *setting) {
    char name[SCAN_WORD];
    if (!scan_word(scan, name)) {
        return scan_fail(scan, "the name of a setting is missing at '%.20s'", scan->at);
    }
    setting->field = find(name);
    if (setting->field < 0) {
        return scan_fail(scan, "'%s' is no setting of struct lucid_config that a script can choose", name);
    }
    if (!scan_expect(scan, "=")) {
        return false;
    }
    const struct member *member = &members[setting->field];
    switch ((enum kind)member->kind) {
    case NUMBER:
        return parse_number(scan, member, &setting->value);
    case SWITCH:
        return parse_switch(scan, &setting->value);
    case CONGESTION:
        return parse_congestion(scan, &setting->value);
    case TIME:
        break;
    }
    return drill_parse_duration(scan, &setting->value) ||
           scan_fail(scan, "%s needs a time with its unit, as in 30s or 200ms", name);
}

static void set(struct lucid_config *config, const struct member *member, uint64_t value) {
    union {
        uint8_t octet;
        uint16_t half;
        uint32_t word;
        uint64_t wide;
    } room = {.wide = 0};
    switch (member->size) {
    case 1:
        room.octet = (uint8_t)value;
        break;
    case 2:
        room.half = (uint16_t)value;
        break;
    case 4:
        room.word = (uint32_t)value;
        break;
    default:
        room.wide = value;
    }
    memcpy((uint8_t *)config + member->offset, &room, member->size);
}

void drill_config_apply(struct lucid_config *config, const struct drill_setting *settings, bool ipv4) {
    config->mtu = 1500;
    config->sndbuf = config->rcvbuf = 65535;
    config->sndbuf_max = config->rcvbuf_max = 0;
    config->msl = 120 * LUCID_SECOND;
    config->rto_initial = config->rto_min = LUCID_SECOND;
    config->rto_max = 60 * LUCID_SECOND;
    config->delayed_ack = 200 * LUCID_MILLISECOND;
    config->quick_ack = false;
    config->initial_window = 10;
    for (; settings; settings = settings->next) {
        set(config, &members[settings->field], settings->value);
    }
    config->mtu = (uint16_t)(config->mtu + (ipv4 ? 0 : 20));
}

unsigned drill_config_mtu(const struct drill_setting *settings, bool ipv4) {
    struct lucid_config config;
    drill_config_apply(&config, settings, ipv4);
    return config.mtu;
}

void drill_config_print(FILE *out, const char *before, const struct drill_setting *setting) {
    const struct member *member = &members[setting->field];
    unsigned long long value = setting->value;
    if (member->offset == offsetof(struct lucid_config, mtu)) {
        return;
    }
    switch ((enum kind)member->kind) {
    case NUMBER:
        fprintf(out, "%s%s=%llu", before, member->name, value);
        return;
    case TIME:
        fprintf(out, "%s%s=%llu.%09llus", before, member->name, value / LUCID_SECOND, value % LUCID_SECOND);
        return;
    case CONGESTION:
        fprintf(out, "%s%s=%s", before, member->name, cc_numbered((unsigned)value)->name);
        return;
    case SWITCH:
        break;
    }
    fprintf(out, "%s%s=%s", before, member->name, value ? "true" : "false");
}
