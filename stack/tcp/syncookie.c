/* syncookie.c: see syncookie.h. */
#include "tcp/syncookie.h"

#include "base/siphash.h"
#include "tcp/negotiate.h"

/* RFC 4987, Appendix A, has 64 s. With 60 s no cookie is accepted after two minutes. */
static const lucid_time EPOCH = 60 * LUCID_SECOND;

static const unsigned EPOCH_AT = 27, MSS_AT = 24;
static const uint32_t EPOCH_MASK = 31, MSS_MASK = 7, HASH_MASK = (UINT32_C(1) << 24) - 1;

/* A peer's MSS is taken for the largest of these that is not above it: the floor whatever it is, a serial line, the
 * defaults of RFC 9293 3.7.1, a tunnel, Ethernet with IPv6 and IPv4, jumbo frames. */
static const uint16_t MSS[] = {1, 216, 536, 1220, 1380, 1440, 1460, 8940};

/* The lowest bits of TSval: the peer's window scale, at most 14, and SACK. */
#define MARK_SCALE UINT32_C(0x0f)
#define MARK_NO_SCALE UINT32_C(0x0f)
#define MARK_SACK UINT32_C(0x10)
#define MARKS UINT32_C(0x1f)

/* What the hash is made of: 48 octets without gaps. */
struct sealed {
    struct endpoints ends;
    struct seq32 irs;
    uint32_t epoch;
    uint16_t mss; /* index */
    bool stamped; /* the SYN had timestamps, and marks were sent */
    uint8_t marks;
};

_Static_assert(sizeof(struct sealed) == 48, "struct sealed is hashed as octets: no gaps");

static uint32_t epoch_now(const struct tcp *tcp) {
    return (uint32_t)(tcp->env->now / EPOCH);
}

/* ISS - IRS */
static uint32_t cookie_of(const struct tcp *tcp, const struct sealed *sealed) {
    uint32_t hash = (uint32_t)siphash24(tcp->cookie_key, sealed, sizeof *sealed) & HASH_MASK;
    return (sealed->epoch & EPOCH_MASK) << EPOCH_AT | (uint32_t)sealed->mss << MSS_AT | hash;
}

static uint16_t mss_index(uint16_t mss) {
    uint16_t index = 0;
    while (index < MSS_MASK && MSS[index + 1] <= mss) {
        index++;
    }
    return index;
}

bool syncookie_wanted(const struct tcp *tcp) {
    const struct lucid_config *config = &tcp->env->config;
    bool full = tcp->half_open >= config->half_open_max;
    return config->syn_cookies == LUCID_SYN_COOKIES_ALWAYS || (config->syn_cookies == LUCID_SYN_COOKIES_FULL && full);
}

static uint8_t marks_of(const struct tcb *draft) {
    uint32_t scale = tcb_agreed(draft, AGREED_SCALE) ? draft->snd.shift : MARK_NO_SCALE;
    return (uint8_t)(scale | (tcb_agreed(draft, AGREED_SACK) ? MARK_SACK : 0));
}

/* The latest TSval up to this moment that ends in these bits: TSval never runs back (RFC 7323 5.4). */
static uint32_t with_marks(uint32_t value, uint32_t marks) {
    uint32_t low = value & MARKS;
    return value - low + marks - (marks > low ? MARKS + 1 : 0);
}

void syncookie_seal(struct tcp *tcp, struct tcb *draft, struct tcp_options *offer) {
    bool stamped = tcb_agreed(draft, AGREED_TIMESTAMPS);
    if (!stamped) {
        draft->agreed = 0;
        draft->snd.shift = draft->rcv.shift = 0;
    }
    struct sealed sealed = {
        .ends = draft->ends,
        .irs = draft->irs,
        .epoch = epoch_now(tcp),
        .mss = mss_index(negotiate_peer_mss(draft)),
        .stamped = stamped,
        .marks = stamped ? marks_of(draft) : 0,
    };
    draft->iss = seq_add(draft->irs, cookie_of(tcp, &sealed));
    negotiate_offer(tcp, draft, offer);
    negotiate_options(tcp, draft, false, offer);
    offer->ts_value = with_marks(offer->ts_value, sealed.marks);
    tcp->cookies_until = tcp->env->now + 2 * EPOCH;
    tcp->env->stats.tcp_cookies_sent++;
}

/* The SYN again, with what the cookie kept of its options. */
static struct segment syn_of(const struct segment *ack, const struct sealed *sealed) {
    uint8_t scale = sealed->marks & MARK_SCALE;
    struct segment syn = {
        .ends = ack->ends,
        .seq = sealed->irs,
        .flags = LUCID_SYN,
        .datagram = ack->datagram,
        .options = {.has_mss = true, .mss = MSS[sealed->mss]},
    };
    if (sealed->stamped) {
        syn.options.has_timestamps = true;
        syn.options.ts_value = ack->options.ts_value;
        syn.options.has_window_scale = scale != MARK_NO_SCALE;
        syn.options.window_scale = scale;
        syn.options.sack_permitted = (sealed->marks & MARK_SACK) != 0;
    }
    return syn;
}

bool syncookie_open(struct tcp *tcp, const struct segment *ack, struct segment *syn) {
    if (tcp->env->now >= tcp->cookies_until || segment_has(ack, LUCID_SYN | LUCID_RST)) {
        return false;
    }
    uint32_t cookie = seq_distance(ack->seq, ack->ack);
    uint32_t age = (epoch_now(tcp) - (cookie >> EPOCH_AT)) & EPOCH_MASK;
    bool stamped = ack->options.has_timestamps && tcp->env->config.timestamps;
    struct sealed sealed = {
        .ends = ack->ends,
        .irs = seq_sub(ack->seq, 1),
        .epoch = epoch_now(tcp) - age,
        .mss = (cookie >> MSS_AT) & MSS_MASK,
        .stamped = stamped,
        .marks = stamped ? ack->options.ts_echo & MARKS : 0,
    };
    if (age > 1 || cookie_of(tcp, &sealed) != cookie) {
        tcp->env->stats.tcp_cookies_refused++;
        return false;
    }
    *syn = syn_of(ack, &sealed);
    return true;
}
