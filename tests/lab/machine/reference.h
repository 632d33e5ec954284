/* reference.h: a complete solution of apps/lab/student/fsm.c, written from RFC 9293 3.10 and not from fsm.def.
 *
 * It must get full marks (tests/lab/grade.sh). Variants and mutants are this machine with one thing changed: each is a
 * program of its own that includes this file, looks at the events it wants to treat otherwise, and asks reference()
 * about the rest.
 */
#include "fsm.h"

static inline enum tcp_state go(enum tcp_state to, struct fsm_out *out, unsigned tell) {
    out->tell |= tell;
    return to;
}

static inline enum tcp_state send_rst(enum tcp_state s, struct fsm_out *out) {
    out->rst = true;
    return s;
}

static inline enum tcp_state send_ack(enum tcp_state s, struct fsm_out *out) {
    out->ack = true;
    return s;
}

static inline enum tcp_state send_syn_ack(struct fsm_out *out) {
    out->syn = out->ack = true;
    return SYN_RECEIVED;
}

static inline enum tcp_state send_fin(enum tcp_state s, struct fsm_out *out) {
    out->fin = true;
    return s;
}

/* 3.10.1 */
static inline enum tcp_state open_call(enum tcp_state s, bool active, struct fsm_out *out) {
    if (s != CLOSED) {
        return s;
    }
    out->syn = active;
    return active ? SYN_SENT : LISTEN;
}

/* 3.10.4 */
static inline enum tcp_state close_call(enum tcp_state s, const struct tcb *tcb, struct fsm_out *out) {
    switch (s) {
    case LISTEN:
    case SYN_SENT:
        return CLOSED;
    case SYN_RECEIVED:
        return tcb->data_queued ? s : send_fin(FIN_WAIT_1, out);
    case ESTABLISHED:
        return send_fin(FIN_WAIT_1, out);
    case CLOSE_WAIT:
        return send_fin(LAST_ACK, out);
    default:
        return s;
    }
}

/* 3.10.5 */
static inline enum tcp_state abort_call(enum tcp_state s, struct fsm_out *out) {
    out->rst = s == SYN_RECEIVED || s == ESTABLISHED || s == FIN_WAIT_1 || s == FIN_WAIT_2 || s == CLOSE_WAIT;
    return CLOSED;
}

/* 3.10.7.2 */
static inline enum tcp_state arrives_listen(unsigned facts, struct fsm_out *out) {
    if (facts & FACT_RST) {
        return LISTEN;
    }
    if (facts & FACT_ACK) {
        return send_rst(LISTEN, out);
    }
    return facts & FACT_SYN ? send_syn_ack(out) : LISTEN;
}

/* 3.10.7.3 */
static inline enum tcp_state arrives_syn_sent(unsigned facts, struct fsm_out *out) {
    if (facts & FACT_ACK_BAD) {
        return facts & FACT_RST ? SYN_SENT : send_rst(SYN_SENT, out);
    }
    if (facts & FACT_RST) {
        return facts & FACT_ACK ? go(CLOSED, out, TELL_REFUSED) : SYN_SENT;
    }
    if (!(facts & FACT_SYN)) {
        return SYN_SENT;
    }
    if (!(facts & FACT_ACK)) {
        return send_syn_ack(out);
    }
    out->ack = true;
    return go(ESTABLISHED, out, TELL_CONNECTED);
}

/* 3.10.7.4, second step, for a RST that is believed */
static inline enum tcp_state reset(enum tcp_state s, const struct tcb *tcb, struct fsm_out *out) {
    switch (s) {
    case SYN_RECEIVED:
        return tcb->passive ? LISTEN : go(CLOSED, out, TELL_REFUSED);
    case CLOSING:
    case LAST_ACK:
        return CLOSED;
    case TIME_WAIT:
        return TIME_WAIT; /* RFC 1337 */
    default:
        return go(CLOSED, out, TELL_RESET);
    }
}

/* 3.10.7.4, fifth step */
static inline enum tcp_state ack_of_fin(enum tcp_state s, struct fsm_out *out) {
    if (s == CLOSING) {
        out->start_2msl = true;
        return TIME_WAIT;
    }
    return s == FIN_WAIT_1 ? FIN_WAIT_2 : CLOSED;
}

/* 3.10.7.4, eighth step */
static inline enum tcp_state fin(enum tcp_state s, struct fsm_out *out) {
    out->ack = true;
    switch (s) {
    case ESTABLISHED:
        return go(CLOSE_WAIT, out, TELL_END);
    case FIN_WAIT_1:
        return go(CLOSING, out, TELL_END);
    case FIN_WAIT_2:
        out->start_2msl = true;
        return go(TIME_WAIT, out, TELL_END);
    case TIME_WAIT:
        out->start_2msl = true;
        return TIME_WAIT;
    default:
        return s;
    }
}

static inline bool acceptable(enum tcp_state s, unsigned facts) {
    bool fin_again = s == TIME_WAIT && (facts & FACT_FIN);
    return (facts & FACT_IN_WINDOW) || fin_again;
}

/* 3.10.7.4, the eight steps */
static inline enum tcp_state arrives(enum tcp_state s, unsigned facts, const struct tcb *tcb, struct fsm_out *out) {
    if (!acceptable(s, facts)) {
        return facts & FACT_RST ? s : send_ack(s, out);
    }
    if (facts & FACT_RST) {
        if (facts & FACT_EXACT) {
            return reset(s, tcb, out);
        }
        return s == TIME_WAIT ? s : send_ack(s, out);
    }
    if (s == TIME_WAIT && (facts & FACT_SYN) && !(facts & FACT_ACK)) {
        return send_syn_ack(out); /* MAY-2 */
    }
    bool crossing = s == SYN_RECEIVED && !tcb->passive && (facts & FACT_ACK_OF_SYN);
    if ((facts & FACT_SYN) && !crossing) {
        return send_ack(s, out);
    }
    if (s == SYN_RECEIVED) {
        if (!(facts & FACT_ACK_OF_SYN)) {
            return send_rst(s, out);
        }
        s = go(ESTABLISHED, out, TELL_CONNECTED);
    }
    if (facts & FACT_ACK_OF_FIN) {
        s = ack_of_fin(s, out);
    }
    if (facts & FACT_DATA) {
        out->ack = s == ESTABLISHED || s == FIN_WAIT_1 || s == FIN_WAIT_2 || s == TIME_WAIT;
    }
    return facts & FACT_FIN ? fin(s, out) : s;
}

static inline enum tcp_state reference(enum tcp_state s, const struct tcp_ev *ev, const struct tcb *tcb,
                                       struct fsm_out *out) {
    switch (ev->kind) {
    case OPEN_ACTIVE:
    case OPEN_PASSIVE:
        return open_call(s, ev->kind == OPEN_ACTIVE, out);
    case SEND:
    case TIMEOUT_RTO:
        return s;
    case CLOSE:
        return close_call(s, tcb, out);
    case ABORT:
        return abort_call(s, out);
    case TIMEOUT_2MSL:
        return CLOSED;
    case TIMEOUT_USER:
        return go(CLOSED, out, TELL_TIMED_OUT);
    default:
        break;
    }
    if (s == CLOSED) {
        return ev->facts & FACT_RST ? CLOSED : send_rst(CLOSED, out);
    }
    if (s == LISTEN) {
        return arrives_listen(ev->facts, out);
    }
    return s == SYN_SENT ? arrives_syn_sent(ev->facts, out) : arrives(s, ev->facts, tcb, out);
}
