/* fastopen.c: see fastopen.h. */
#include "tcp/fastopen.h"

#include "base/bytes.h"
#include "base/siphash.h"
#include "tcp/cc.h"
#include "tcp/life.h"
#include "tcp/negotiate.h"
#include "tcp/pmtu.h"
#include "tcp/text.h"
#include "tcp/urgent.h"

/* RFC 7413 4.1.2: "The cookie expires after a certain amount of time." One of this hour or the hour before is good. */
static const lucid_time EPOCH = 3600 * LUCID_SECOND;

/* 7413-4.1.3.1a: for so long a client does not try again. */
static const lucid_time SHUT = 3600 * LUCID_SECOND;

/* RFC 7413 5.1: for so long a connection that was reset in SYN-RECEIVED counts as if it were still there. */
static const lucid_time RESET_COUNTS = 60 * LUCID_SECOND;

/* RFC 7413 4.1.3: "the client MAY limit the cached MSS to 1460 bytes for IPv4 or 1440 for IPv6." */
static const uint16_t SYN_MSS_IPV4 = 1460;
static const uint16_t SYN_MSS_IPV6 = 1440;

enum { COOKIE = 8, ADDRESS = 16, CACHE = 64 };

/* What a client knows of a server; cookie_length 0: it has no cookie of it. */
struct fastopen_entry {
    struct endpoints ends; /* local port 0 */
    bool used;
    uint8_t cookie_length;
    uint8_t cookie[TCP_COOKIE_MAX];
    uint16_t mss;
    lucid_time at;         /* when this was learnt */
    lucid_time shut_until; /* no attempt before */
};

/* ---- server: the cookie ---- */

static void cookie_for(const struct tcp *tcp, const struct lucid_addr *client, uint64_t epoch, uint8_t cookie[COOKIE]) {
    uint8_t octets[ADDRESS + 8];
    copy_octets(octets, client->octet, ADDRESS);
    put32(octets + ADDRESS, (uint32_t)(epoch >> 32));
    put32(octets + ADDRESS + 4, (uint32_t)epoch);
    uint64_t hash = siphash24(tcp->cookie_key, octets, sizeof octets);
    put32(cookie, (uint32_t)(hash >> 32));
    put32(cookie + 4, (uint32_t)hash);
}

static bool is_cookie(const struct tcp *tcp, const struct segment *syn, uint64_t epoch) {
    uint8_t right[COOKIE];
    cookie_for(tcp, &syn->ends.remote.addr, epoch, right);
    return syn->options.cookie_length == COOKIE && equal_octets(syn->options.cookie, right, COOKIE);
}

/* ---- server: the limit ---- */

/* 7413-4.2b */
static bool too_many(struct tcp *tcp) {
    struct fastopen *fastopen = &tcp->fastopen;
    if (tcp->env->now >= fastopen->resets_until) {
        fastopen->resets = 0;
    }
    return (uint64_t)fastopen->pending + fastopen->resets >= tcp->env->config.fast_open_max;
}

/* RFC 7413 5.1: RST "will fuel rather than defeat" a flood from forged addresses, so it brings no room back at once. */
void fastopen_over(struct tcp *tcp, struct tcb *tcb) {
    if (!tcb->fast.taken) {
        return;
    }
    tcb->fast.taken = false;
    tcp->fastopen.pending--;
    if (tcb_is(tcb, LUCID_LISTEN)) {
        tcp->fastopen.resets++;
        tcp->fastopen.resets_until = tcp->env->now + RESET_COUNTS;
    }
}

/* ---- server: a SYN ---- */

static void take_data(struct tcp *tcp, struct tcb *child, const struct segment *syn) {
    if (!text_on_syn(tcp, child, *syn)) {
        return;
    }
    child->fast.taken = true;
    cc_begin(&tcp->env->config, child, false); /* 7413-4.2.2e */
    tcp->fastopen.pending++;
    tcp->env->stats.tcp_fast_opens_in++;
    listener_add_waiting(tcp, child);
}

/* RFC 7413 4.2.2, "Server: Receiving SYN", 7413-4.2a 7413-4.2.2c. A cookie of the hour before is good for its data, and
 * replaced. */
void fastopen_arrived(struct tcp *tcp, struct tcb *child, const struct segment *syn) {
    bool enabled = tcp->env->config.fast_open & LUCID_FAST_OPEN_SERVER;
    if (!enabled || !syn->options.has_fast_open) {
        return;
    }
    if (too_many(tcp)) {
        trace_rule(tcp->env, child->name, "7413:5.1", LUCID_OUTCOME_IGNORED);
        return;
    }
    uint64_t epoch = tcp->env->now / EPOCH;
    bool fresh = is_cookie(tcp, syn, epoch);
    bool valid = fresh || (epoch > 0 && is_cookie(tcp, syn, epoch - 1));
    child->fast.grant = !fresh;
    if (valid) {
        take_data(tcp, child, syn);
    }
    trace_rule(tcp->env, child->name, "7413:4.2.2", valid ? LUCID_OUTCOME_ACCEPTED : LUCID_OUTCOME_IGNORED);
}

/* ---- client: what is known of servers ---- */

static bool is_for(const struct fastopen_entry *entry, const struct endpoints *ends) {
    return entry->used && entry->ends.remote.port == ends->remote.port &&
           lucid_addr_equal(&entry->ends.remote.addr, &ends->remote.addr) &&
           lucid_addr_equal(&entry->ends.local.addr, &ends->local.addr);
}

static struct fastopen_entry *find(const struct tcp *tcp, const struct endpoints *ends) {
    struct fastopen_entry *cache = tcp->fastopen.cache;
    for (unsigned i = 0; cache && i < CACHE; i++) {
        if (is_for(&cache[i], ends)) {
            return &cache[i];
        }
    }
    return NULL;
}

static struct fastopen_entry *oldest(struct fastopen_entry *cache) {
    struct fastopen_entry *oldest = cache;
    for (unsigned i = 0; i < CACHE; i++) {
        if (!cache[i].used) {
            return &cache[i];
        }
        oldest = cache[i].at < oldest->at ? &cache[i] : oldest;
    }
    return oldest;
}

/* The entry for this server, new or in the place of the oldest; NULL when memory is short: then nothing is learnt. */
static struct fastopen_entry *learn(struct tcp *tcp, const struct endpoints *ends) {
    struct fastopen_entry *entry = find(tcp, ends);
    if (!tcp->fastopen.cache) {
        tcp->fastopen.cache = env_alloc(tcp->env, CACHE * sizeof *entry);
        if (!tcp->fastopen.cache) {
            return NULL;
        }
        zero_octets(tcp->fastopen.cache, CACHE * sizeof *entry);
    }
    if (!entry) {
        entry = oldest(tcp->fastopen.cache);
        *entry = (struct fastopen_entry){.ends = *ends, .used = true};
    }
    entry->at = tcp->env->now;
    return entry;
}

void fastopen_destroy(struct tcp *tcp) {
    if (tcp->fastopen.cache) {
        env_free(tcp->env, tcp->fastopen.cache, CACHE * sizeof *tcp->fastopen.cache);
    }
}

/* ---- client: the SYN ---- */

void fastopen_begin(struct tcp *tcp, struct tcb *tcb) {
    const struct fastopen_entry *entry = find(tcp, &tcb->ends);
    tcb->fast.asked = !entry || tcp->env->now >= entry->shut_until;
}

/* The option, and what belongs to it, is on the first SYN only: 7413-4.2.2b 7413-4.2.2d */
static bool on_syn(const struct tcb *tcb) {
    return tcb->fast.asked && tcb_is(tcb, LUCID_SYN_SENT) && !tcb_syn_left(tcb);
}

static const struct fastopen_entry *cookie_of(const struct tcp *tcp, const struct tcb *tcb) {
    const struct fastopen_entry *entry = on_syn(tcb) ? find(tcp, &tcb->ends) : NULL;
    return entry && entry->cookie_length > 0 ? entry : NULL;
}

void fastopen_offer(const struct tcp *tcp, const struct tcb *tcb, struct tcp_options *options) {
    const struct fastopen_entry *entry = cookie_of(tcp, tcb);
    if (entry) {
        options->cookie_length = entry->cookie_length;
        copy_octets(options->cookie, entry->cookie, entry->cookie_length);
    } else if (tcb->fast.grant && !tcb_syn_left(tcb)) {
        options->cookie_length = COOKIE;
        cookie_for(tcp, &tcb->ends.remote.addr, tcp->env->now / EPOCH, options->cookie);
    }
    options->has_fast_open = options->cookie_length > 0 || on_syn(tcb);
}

/* "Include any data up to the cached server MSS" (RFC 7413 4.2.2 7413-4.2.2a), less the options. */
uint32_t fastopen_octets(const struct tcp *tcp, const struct tcb *tcb) {
    const struct fastopen_entry *entry = cookie_of(tcp, tcb);
    if (!entry || urgent_sending(tcb)) {
        return 0;
    }
    struct tcp_options options = {0};
    negotiate_offer(tcp, tcb, &options);
    uint32_t own = min_u32(tcb->snd.mss, pmtu_segment(tcb, tcb->pmtu.mtu));
    uint32_t room = min_u32(entry->mss, own);
    uint32_t taken = (uint32_t)tcp_options_length(&options);
    return room > taken ? min_u32(room - taken, tcb->send_queue.length) : 0;
}

void fastopen_left(const struct tcp *tcp, struct tcb *tcb, uint32_t octets) {
    tcb->fast.sent = tcb->fast.carried = octets;
    tcb->fast.shown = cookie_of(tcp, tcb) != NULL;
}

/* ---- client: the answer ---- */

void fastopen_failed(struct tcp *tcp, const struct tcb *tcb) {
    struct fastopen_entry *entry = tcb->fast.asked ? learn(tcp, &tcb->ends) : NULL;
    if (entry) {
        entry->shut_until = tcp->env->now + SHUT;
        trace_rule(tcp->env, tcb->name, "7413:4.1.3.1", LUCID_OUTCOME_IGNORED);
    }
}

static void keep(struct tcp *tcp, const struct tcb *tcb, const struct tcp_options *options) {
    struct fastopen_entry *entry = learn(tcp, &tcb->ends);
    if (!entry) {
        return;
    }
    uint16_t usual = lucid_addr_is_ipv4(&tcb->ends.remote.addr) ? SYN_MSS_IPV4 : SYN_MSS_IPV6;
    entry->mss = (uint16_t)min_u32(negotiate_peer_mss(tcb), usual);
    entry->shut_until = 0;
    if (options->cookie_length > 0) {
        entry->cookie_length = options->cookie_length;
        copy_octets(entry->cookie, options->cookie, options->cookie_length);
    }
}

/* A new cookie, or data taken: it works. Else the server does not know Fast Open, or has no use for our data; of a
 * cookie without data nothing follows. 7413-4.1.3a 7413-4.1.3.1a */
void fastopen_answered(struct tcp *tcp, struct tcb *tcb, const struct segment *syn_ack) {
    if (!tcb->fast.asked) {
        return;
    }
    bool took = seq_gt(syn_ack->ack, seq_add(tcb->iss, 1));
    if (took || syn_ack->options.cookie_length > 0) {
        keep(tcp, tcb, &syn_ack->options);
    } else if (tcb->fast.sent > 0 || !tcb->fast.shown) {
        fastopen_failed(tcp, tcb);
    }
}

void fastopen_acked(struct tcp *tcp, struct tcb *tcb, struct seq32 ack) {
    uint32_t octets = min_u32(seq_distance(tcb->snd.una, ack), tcb->fast.sent);
    tcb->fast.sent = 0;
    if (octets == 0) {
        return;
    }
    buffers_consume(tcp->env, &tcb->send_queue, octets);
    tcb->snd.una = seq_add(tcb->snd.una, octets);
    tcb->snd.nxt = tcb->snd.una;
    tcb->board.farthest = tcb->snd.una;
    tcb->octets_out += octets;
    tcp->env->stats.tcp_octets_out += octets;
    tcp->env->stats.tcp_fast_opens_out++;
}

bool fastopen_sent(const struct tcb *tcb, struct seq32 seq) {
    return seq_distance(seq_add(tcb->iss, 1), seq) < tcb->fast.carried;
}
