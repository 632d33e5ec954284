/* negotiate.c: the options of SYN segments. See negotiate.h. */
#include "tcp/negotiate.h"

#include "base/bytes.h"
#include "tcp/autotune.h"
#include "tcp/ecn.h"
#include "tcp/fastopen.h"
#include "tcp/pmtu.h"
#include "tcp/sack.h"
#include "tcp/timestamps.h"
#include "tcp/window.h"

/* RFC 9293 3.7.1 MUST-15: what a peer without the option can take. */
static const uint16_t DEFAULT_MSS_IPV4 = 536;
static const uint16_t DEFAULT_MSS_IPV6 = 1220;

/* MMS_R - 20 (MUST-67): what one packet of this device holds behind IP and TCP header without options. There is one
 * device with one MTU, so that is the smallest too (SHLD-6). */
static uint16_t largest_segment(const struct tcp *tcp, const struct tcb *tcb) {
    return (uint16_t)(ip_payload_max(tcp->ip, &tcb->ends.remote.addr) - TCP_HEADER);
}

void negotiate_begin(struct tcp *tcp, struct tcb *tcb, uint16_t max_segment) {
    uint16_t largest = largest_segment(tcp, tcb);
    tcb->rcv.mss = max_segment ? (uint16_t)min_u32(max_segment, largest) : largest;
    tcb->snd.mss = tcb->rcv.mss;
    pmtu_begin(tcp, tcb);
    uint32_t most = autotune_receive_max(tcp, tcb);
    tcb->rcv.shift = tcp->env->config.window_scale ? window_shift_for(tcb->rcv.buffer, most) : 0;
    tcb->ts.offset = timestamps_offset(tcp, &tcb->ends);
}

/* MSS is on every SYN (SHLD-5, MAY-3) and on nothing else (MUST-65). */
void negotiate_offer(const struct tcp *tcp, const struct tcb *tcb, struct tcp_options *options) {
    options->has_mss = true;
    options->mss = tcb->rcv.mss;
    bool first = tcb_is(tcb, LUCID_SYN_SENT);
    options->has_window_scale = first ? tcp->env->config.window_scale : tcb_agreed(tcb, AGREED_SCALE);
    options->window_scale = tcb->rcv.shift;
    options->sack_permitted = first ? tcp->env->config.sack : tcb_agreed(tcb, AGREED_SACK);
    fastopen_offer(tcp, tcb, options);
    if (first && tcp->env->config.timestamps) {
        timestamps_write(tcp, tcb, false, options);
    }
}

uint16_t negotiate_peer_mss(const struct tcb *tcb) {
    if (tcb->snd.peer_mss) {
        return tcb->snd.peer_mss;
    }
    return lucid_addr_is_ipv4(&tcb->ends.remote.addr) ? DEFAULT_MSS_IPV4 : DEFAULT_MSS_IPV6;
}

/* Octets of the options that every segment carries. */
static uint32_t options_of_all(const struct tcb *tcb) {
    return tcb_agreed(tcb, AGREED_TIMESTAMPS)
               ? (uint32_t)tcp_options_length(&(struct tcp_options){.has_timestamps = true})
               : 0;
}

/* MUST-14 and MUST-16, with the floor against segments that are all header (CVE-2019-11479). */
uint16_t negotiate_segment_for(const struct tcp *tcp, const struct tcb *tcb, uint32_t mtu) {
    uint32_t own = min_u32(tcb->rcv.mss, pmtu_segment(tcb, mtu));
    uint32_t mss = max_u32(min_u32(negotiate_peer_mss(tcb), own), min_u32(tcp->env->config.mss_floor, own));
    return (uint16_t)(mss - options_of_all(tcb));
}

void negotiate_segment(const struct tcp *tcp, struct tcb *tcb) {
    tcb->snd.mss = negotiate_segment_for(tcp, tcb, tcb->pmtu.mtu);
}

void negotiate_limit(const struct tcp *tcp, struct tcb *tcb, uint16_t most) {
    tcb->snd.peer_mss = (uint16_t)min_u32(negotiate_peer_mss(tcb), most);
    negotiate_segment(tcp, tcb);
}

static void accept_timestamps(const struct tcp *tcp, struct tcb *tcb, const struct tcp_options *options) {
    if (options->has_timestamps && tcp->env->config.timestamps) {
        tcb->agreed |= AGREED_TIMESTAMPS;
        tcb->ts.recent = options->ts_value;
        tcb->ts.recent_at = tcp->env->now;
    }
}

void negotiate_accept(struct tcp *tcp, struct tcb *tcb, const struct segment *segment) {
    const struct tcp_options *options = &segment->options;
    tcb->tos_received = segment->datagram->tos;
    tcb->snd.peer_mss = options->has_mss ? options->mss : 0;
    accept_timestamps(tcp, tcb, options);
    ecn_accept(tcb, segment);
    tcb->agreed |= options->sack_permitted && tcp->env->config.sack ? AGREED_SACK : 0;
    negotiate_segment(tcp, tcb);
    if (options->has_window_scale && tcp->env->config.window_scale) {
        tcb->agreed |= AGREED_SCALE;
        tcb->snd.shift = options->window_scale;
        return;
    }
    tcb->agreed &= (uint16_t)~AGREED_SCALE;
    tcb->snd.shift = 0;
    tcb->rcv.shift = 0;
}

void negotiate_options(const struct tcp *tcp, const struct tcb *tcb, bool data, struct tcp_options *options) {
    if (tcb_agreed(tcb, AGREED_TIMESTAMPS)) {
        timestamps_write(tcp, tcb, true, options);
    }
    sack_write(tcb, data, options);
}
