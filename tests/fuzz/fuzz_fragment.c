/* fuzz_fragment.c: fragments of several datagrams in any order, with time between them, against a reference that is as
 * simple as can be: an array of octets for each datagram, and one that says which of them are there.
 *
 * Input: octet 0 chooses the limits, then operations follow. One is a fragment (which datagram, from where, how long,
 * is it the last, is one of its octets wrong), or time that passes. With limits that bind, nobody says what must come
 * out: then only the books are checked. attack A11 A12 A13
 */
#include "base/env.h"
#include "fuzz.h"
#include "ip/icmp.h"
#include "ip/partial.h"
#include "sim/craft.h"

enum { DATAGRAMS = 16, MOST = 65536, LIST = 4096 };

/* The reference. */
struct model {
    uint8_t octets[MOST];
    bool there[MOST];
    struct {
        uint32_t from, to;
        bool more;
    } list[LIST];
    unsigned count;
    uint32_t total; /* 0: unknown */
    uint32_t high;  /* nothing is there from this offset on */
    bool used, dead;
    lucid_time ends_at;
};

static struct {
    const uint8_t *at, *end; /* of the input */
    struct env env;
    struct ip ip;
    size_t in_use;
    bool limited;
    struct model models[DATAGRAMS];
} run;

static void *give(void *context, size_t size) {
    (void)context;
    run.in_use += size;
    return malloc(size);
}

static void take_back(void *context, void *memory, size_t size) {
    (void)context;
    run.in_use -= size;
    free(memory);
}

static int random_octets(void *context, void *octets, size_t length) {
    (void)context;
    memset(octets, 0x5a, length);
    return 0;
}

static uint8_t take8(void) {
    return run.at < run.end ? *run.at++ : 0;
}

struct part {
    unsigned which; /* bit 0: IPv6, bit 1: TCP, the others: identification */
    uint32_t from, length;
    bool more, wrong;
};

static bool is_six(const struct part *part) {
    return part->which & 1;
}

static uint8_t octet_of(const struct part *part, uint32_t offset) {
    bool wrong = part->wrong && offset == part->from + part->length - 1;
    return (uint8_t)((part->which >> 2) * 31 + offset * 7 + offset / 256 + wrong);
}

/* ---- the packet ---- */

static size_t make(const struct part *part, uint8_t *octets) {
    static const uint8_t source6[16] = {0xfd, 0x77, [15] = 1}, ours6[16] = {0xfd, 0x77, [15] = 2};
    uint8_t protocol = part->which & 2 ? 6 : 17;
    uint32_t id = part->which >> 2, head = is_six(part) ? 48 : 20, length = head + part->length;
    memset(octets, 0, head);
    if (is_six(part)) {
        octets[0] = 0x60;
        octets[4] = (uint8_t)((length - 40) >> 8);
        octets[5] = (uint8_t)(length - 40);
        octets[6] = 44;
        octets[7] = 64;
        memcpy(octets + 8, source6, 16);
        memcpy(octets + 24, ours6, 16);
        octets[40] = protocol;
        octets[42] = (uint8_t)(part->from >> 8);
        octets[43] = (uint8_t)(part->from | part->more);
        octets[47] = (uint8_t)id;
    } else {
        memcpy(octets,
               (uint8_t[20]){0x45,
                             0,
                             (uint8_t)(length >> 8),
                             (uint8_t)length,
                             0,
                             (uint8_t)id,
                             (uint8_t)((part->more ? 0x20 : 0) | part->from >> 11),
                             (uint8_t)(part->from >> 3),
                             64,
                             protocol,
                             0,
                             0,
                             10,
                             77,
                             0,
                             1,
                             10,
                             77,
                             0,
                             2},
               20);
        uint32_t sum = 0;
        for (unsigned i = 0; i < 20; i += 2) {
            sum += (uint32_t)(octets[i] << 8 | octets[i + 1]);
        }
        sum = (sum & 0xffff) + (sum >> 16);
        sum = ~((sum & 0xffff) + (sum >> 16));
        octets[10] = (uint8_t)(sum >> 8);
        octets[11] = (uint8_t)sum;
    }
    for (uint32_t i = 0; i < part->length; i++) {
        octets[head + i] = octet_of(part, part->from + i);
    }
    return length;
}

/* ---- what must come out ---- */

/* RFC 1858, RFC 8200 4.5: TCP's 20 octets, and over IPv6 UDP's 8, are in the first fragment. */
static bool cut_short(const struct part *part) {
    uint32_t least = part->which & 2 ? 20 : is_six(part) ? 8 : 0;
    if (is_six(part)) {
        return part->from == 0 && part->length < least;
    }
    return part->from == 0 ? part->length < least : part->from < least;
}

static bool is_copy(const struct model *model, const struct part *part) {
    bool listed = false;
    for (unsigned i = 0; i < model->count && !listed; i++) {
        listed = model->list[i].from == part->from && model->list[i].to == part->from + part->length &&
                 model->list[i].more == part->more;
    }
    for (uint32_t i = part->from; i < part->from + part->length && listed; i++) {
        listed = model->octets[i] == octet_of(part, i);
    }
    return listed;
}

static bool overlaps(const struct model *model, const struct part *part) {
    uint32_t end = part->from + part->length;
    for (uint32_t i = part->from; i < model->high && (i < end || !part->more); i++) {
        if (model->there[i]) {
            return true; /* or, behind the last one, there is more */
        }
    }
    return model->total > 0 && (part->more ? end >= model->total : end != model->total);
}

static bool complete(const struct model *model) {
    for (uint32_t i = 0; i < model->total; i++) {
        if (!model->there[i]) {
            return false;
        }
    }
    return model->total > 0;
}

static enum lucid_drop judge(struct model *model, const struct part *part) {
    uint32_t end = part->from + part->length;
    if (part->length == 0 || (part->more && part->length % 8 != 0) || end > (is_six(part) ? 65535u : 65515u)) {
        return LUCID_DROP_IP_FRAGMENT;
    }
    if (!model->used) {
        memset(model->there, 0, model->high * sizeof model->there[0]);
        model->high = model->total = model->count = 0;
        model->dead = false;
        model->used = true;
        model->ends_at = run.env.now + 60 * LUCID_SECOND;
    }
    if (model->dead) {
        return LUCID_DROP_IP_FRAGMENT_OVERLAP;
    }
    model->dead = cut_short(part);
    if (model->dead) {
        return LUCID_DROP_IP_FRAGMENT;
    }
    if (is_copy(model, part)) {
        return LUCID_DROP_IP_FRAGMENT_COPY;
    }
    model->dead = overlaps(model, part);
    return model->dead ? LUCID_DROP_IP_FRAGMENT_OVERLAP : LUCID_DROP_NONE;
}

static void note(struct model *model, const struct part *part) {
    for (uint32_t i = part->from; i < part->from + part->length; i++) {
        model->octets[i] = octet_of(part, i);
        model->there[i] = true;
    }
    model->list[model->count].from = part->from;
    model->list[model->count].to = part->from + part->length;
    model->list[model->count++].more = part->more;
    model->total = part->more ? model->total : part->from + part->length;
    if (part->from + part->length > model->high) {
        model->high = part->from + part->length;
    }
}

/* The next header of an IPv6 fragment does not say to which datagram it belongs. */
static struct model *model_of(const struct part *part) {
    return &run.models[is_six(part) ? part->which & ~2u : part->which];
}

/* ---- operations ---- */

static void drain(void) {
    static struct lucid_packet out;
    do {
        ip_left(&run.ip);
    } while (ip_output(&run.ip, &out));
}

static void compare(const struct part *part, enum lucid_drop drop, const struct datagram *whole) {
    struct model *model = model_of(part);
    enum lucid_drop expected = judge(model, part);
    MUST(drop == expected);
    if (drop != LUCID_DROP_NONE) {
        MUST(!whole);
        return;
    }
    note(model, part);
    MUST((whole != NULL) == complete(model));
    if (whole) {
        uint32_t head = is_six(part) ? 40 : 20;
        MUST(whole->length == head + model->total);
        MUST(memcmp(whole->octets + head, model->octets, model->total) == 0);
        model->used = false;
    }
}

static void op_fragment(void) {
    static const uint32_t froms[4] = {8, 8, 128, 1480}, lengths[4] = {8, 8, 1, 64};
    uint8_t choice = take8(), form = take8();
    struct part part = {.which = choice % DATAGRAMS, .more = form & 1, .wrong = (form & 6) == 6};
    part.from = froms[form >> 3 & 3] * (take8() % 48) % 65536 & ~7u;
    part.length = (take8() & 63) * lengths[form >> 5 & 3];
    part.more = part.more || part.from == 0; /* else it is no fragment */
    static uint8_t octets[MOST];
    size_t length = make(&part, octets);
    uint8_t *exact = malloc(length);
    memcpy(exact, octets, length);
    struct lucid_packet in = {.slices = 1, .length = (uint32_t)length};
    in.slice[0] = (struct lucid_slice){exact, length};
    struct ip_datagram datagram;
    struct datagram *whole;
    MUST(ip_input(&run.ip, &in, &datagram) == LUCID_DROP_NONE && datagram.fragment);
    enum lucid_drop drop = reassembly_add(&run.ip, &datagram, &whole);
    free(exact);
    if (!run.limited) {
        compare(&part, drop, whole);
    }
    datagram_free(&run.env, whole);
}

static void op_time(void) {
    run.env.now += (lucid_time)take8() * LUCID_SECOND / 4;
    reassembly_timeouts(&run.ip);
    for (unsigned i = 0; i < DATAGRAMS; i++) {
        run.models[i].used = run.models[i].used && run.models[i].ends_at > run.env.now;
    }
}

static void begin(uint8_t limits) {
    memset(&run.env, 0, sizeof run.env);
    run.limited = limits & 1;
    run.in_use = 0;
    run.env.config = (struct lucid_config){.alloc = give,
                                           .free = take_back,
                                           .random = random_octets,
                                           .mtu = 1500,
                                           .mem_limit = 64 << 20,
                                           .replies_max = 16,
                                           .icmp_errors = 10,
                                           .ttl = 64,
                                           .reassembly_max = run.limited ? 10000u + limits * 20u : 32u << 20,
                                           .reassemblies_max = run.limited ? limits / 16u : 256u,
                                           .addr_count = 2};
    run.env.config.addrs[0].prefix = 24;
    run.env.config.addrs[1].prefix = 64;
    lucid_addr_parse("10.77.0.2", &run.env.config.addrs[0].addr);
    lucid_addr_parse("fd77::2", &run.env.config.addrs[1].addr);
    ip_init(&run.ip, &run.env);
    for (unsigned i = 0; i < DATAGRAMS; i++) {
        run.models[i].used = false;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size > LIST) {
        return 0;
    }
    run.at = data;
    run.end = data + size;
    begin(take8());
    while (run.at < run.end) {
        if (take8() < 0xe0) {
            op_fragment();
        } else {
            op_time();
        }
        MUST(reassembly_check(&run.ip));
        drain();
    }
    run.env.now += 60 * LUCID_SECOND;
    reassembly_timeouts(&run.ip);
    drain();
    MUST(run.ip.reassembly.count == 0 && run.in_use == 0 && run.env.stats.memory == 0);
    ip_destroy(&run.ip);
    return 0;
}
