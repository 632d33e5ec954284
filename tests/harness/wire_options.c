/* wire_options.c: what the options of a segment mean. RFC 9293 3.2, RFC 2018 2 and 3, RFC 7323 2 and 3. */
#include <string.h>

#include "harness/wire_flow.h"
#include "lucid/trace.h"

void wire_read_segment(struct wire_segment *segment) {
    const struct drill_tcp *tcp = segment->tcp = &segment->seen.packet.u.tcp;
    uint8_t octets[DRILL_OPTION_OCTETS];
    segment->end = tcp->seq + tcp->length + !!(tcp->flags & LUCID_SYN) + !!(tcp->flags & LUCID_FIN);
    segment->option_length = (drill_options_build(&tcp->options, octets) + 3) & ~(size_t)3;
    segment->has_stamp = false;
    for (unsigned i = 0; i < tcp->options.count; i++) {
        if (tcp->options.option[i].kind == DRILL_TS) {
            segment->has_stamp = true;
            segment->stamp = tcp->options.option[i].value[0];
        }
    }
}

void wire_read_offer(const struct wire_segment *segment, struct wire_offer *offer) {
    const struct drill_tcp *tcp = segment->tcp;
    uint8_t ecn = tcp->flags & (LUCID_ECE | LUCID_CWR), whole = tcp->flags & LUCID_ACK ? LUCID_ECE : ecn;
    *offer = (struct wire_offer){
        .seen = true, .seq = tcp->seq, .ack = tcp->ack, .flags = tcp->flags, .ecn = ecn != 0 && ecn == whole};
    for (unsigned i = 0; i < tcp->options.count; i++) {
        const struct drill_option *option = &tcp->options.option[i];
        if (option->kind == DRILL_MSS) {
            offer->has_mss = true;
            offer->mss = (uint16_t)option->value[0];
        } else if (option->kind == DRILL_WSCALE) {
            offer->has_scale = true;
            offer->scale = option->value[0] < 14 ? (uint8_t)option->value[0] : 14; /* RFC 7323 2.3 */
        }
        offer->sack = offer->sack || option->kind == DRILL_SACK_OK;
        offer->stamps = offer->stamps || option->kind == DRILL_TS;
    }
}
