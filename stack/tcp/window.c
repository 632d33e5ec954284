/* window.c: advertising the receive window. See window.h. */
#include "tcp/window.h"

#include "base/bytes.h"
#include "tcp/recvq.h"

static const uint32_t RESERVE_SHARE = 32;
static const uint32_t RESERVE_UNITS = 8; /* that it holds at least */

uint8_t window_shift_for(uint32_t buffer, uint32_t most) {
    uint8_t shift = 0;
    while (shift < TCP_WINDOW_SCALE_MAX && ((uint32_t)UINT16_MAX << shift) < most &&
           (2u << shift) <= buffer / RESERVE_SHARE / RESERVE_UNITS) {
        shift++;
    }
    return shift;
}

/* What is kept back for rounding up. */
static uint32_t reserve(const struct tcb *tcb) {
    return tcb->rcv.shift > 0 ? tcb->rcv.buffer / RESERVE_SHARE : 0;
}

/* MUST-39 */
static uint32_t step(const struct tcp *tcp, const struct tcb *tcb) {
    if (WITHOUT(tcp->env, SWS)) {
        return 1;
    }
    return min_u32(tcb->rcv.buffer / 2, tcb->rcv.mss);
}

/* The window that we could promise now, in octets. */
static uint32_t offer(const struct tcb *tcb) {
    uint32_t room = recvq_free(tcb);
    uint32_t kept = reserve(tcb);
    return room > kept ? room - kept : 0;
}

void window_begin(struct tcb *tcb) {
    tcb->rcv.edge = seq_add(tcb->rcv.nxt, min_u32(offer(tcb), UINT16_MAX));
}

uint16_t window_advertise(const struct tcp *tcp, struct tcb *tcb) {
    uint32_t promised = tcb_receive_window(tcb);
    uint32_t could = offer(tcb);
    uint32_t unit = 1u << tcb->rcv.shift;
    uint32_t window = promised;
    if (could >= promised + step(tcp, tcb)) {
        window = could - could % unit;
    }
    uint32_t units = (window + unit - 1) / unit;
    if (units * unit > max_u32(recvq_free(tcb), promised)) {
        units = window / unit;
    }
    units = min_u32(units, UINT16_MAX);
    tcb->rcv.edge = seq_max(tcb->rcv.edge, seq_add(tcb->rcv.nxt, units * unit));
    return (uint16_t)units;
}

bool window_update_due(const struct tcp *tcp, const struct tcb *tcb) {
    uint32_t promised = tcb_receive_window(tcb);
    uint32_t could = min_u32(offer(tcb), (uint32_t)UINT16_MAX << tcb->rcv.shift); /* what 16 bits can say */
    if (could < promised + step(tcp, tcb)) {
        return false;
    }
    bool nearly_shut = WITHOUT(tcp->env, SWS) || promised < 2u * tcb->rcv.mss;
    return nearly_shut || could - promised >= tcb->rcv.buffer / 4;
}
