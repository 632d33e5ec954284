/* fsm.c: the TCP state machine, to be written by you.
 *
 * Read fsm.h first, then RFC 9293 3.10, which is this function in words. Figure 5 helps less than it seems: it draws
 * twenty changes of state, the text has more than thirty others, and most of what a TCP does is to stay where it is.
 *
 *     make grade            what is right so far, and the shortest story that shows what is not
 *     make grade STAGE=1    one stage only
 *
 * Each place that is still to be written returns NOT_WRITTEN. Replace them one by one, in the order of the stages:
 * 1 open, 2 simultaneous open, 3 close, 4 reset and abort, 5 timers, 6 what changes nothing. Give the cases that you
 * treat alike one piece of code; how you arrange it (a switch, a table, eight small functions as in the RFC) is yours.
 */
#include "fsm.h"

/* 3.10.1 to 3.10.5: the application calls. OPEN, SEND, CLOSE and ABORT each have a list of states in the RFC.
 *
 * A call that makes no sense in a state is an error of the application's: nothing is sent, the state stays.
 * CLOSE says "I have no more data to send", no more than that: how long may the peer go on? (3.6)
 * CLOSE in SYN-RECEIVED with data queued has to wait: 3.10.4 says for what. Then the state stays, and the caller will
 * ask again later. */
static enum tcp_state call(enum tcp_state s, const struct tcp_ev *ev, const struct tcb *tcb, struct fsm_out *out) {
    (void)s, (void)ev, (void)tcb, (void)out;
    return NOT_WRITTEN;
}

/* 3.10.8: a timer fires. One of the three does not change any state. */
static enum tcp_state timeout(enum tcp_state s, const struct tcp_ev *ev, struct fsm_out *out) {
    (void)s, (void)ev, (void)out;
    return NOT_WRITTEN;
}

/* 3.10.7.1: there is no connection. Who is told so, and who must never be answered? */
static enum tcp_state arrives_closed(const struct tcp_ev *ev, struct fsm_out *out) {
    (void)ev, (void)out;
    return NOT_WRITTEN;
}

/* 3.10.7.2: first RST, second ACK, third SYN, fourth the rest: the first that is true decides. */
static enum tcp_state arrives_listen(const struct tcp_ev *ev, struct fsm_out *out) {
    (void)ev, (void)out;
    return NOT_WRITTEN;
}

/* 3.10.7.3: first ACK, second RST, fourth SYN (third is security, which is not asked here), fifth the rest. No number
 * of the peer's is known yet, so a RST or a FIN proves nothing unless something else does. */
static enum tcp_state arrives_syn_sent(const struct tcp_ev *ev, struct fsm_out *out) {
    (void)ev, (void)out;
    return NOT_WRITTEN;
}

/* 3.10.7.4: the eight steps, for all other states: sequence number, RST, security, SYN, ACK, URG, text, FIN.
 *
 * One segment goes through all of them, and each may change the state that the next one finds.
 * A RST is believed only where it hits RCV.NXT exactly (second step); where a connection came from decides what a
 * reset, or a second SYN, does to SYN-RECEIVED (MUST-11).
 * TIME-WAIT is the state in which the peer's FIN may come again: read what the eighth step wants then. */
static enum tcp_state arrives(enum tcp_state s, const struct tcp_ev *ev, const struct tcb *tcb, struct fsm_out *out) {
    (void)s, (void)ev, (void)tcb, (void)out;
    return NOT_WRITTEN;
}

enum tcp_state fsm_next(enum tcp_state s, const struct tcp_ev *ev, const struct tcb *tcb, struct fsm_out *out) {
    if (ev->kind <= ABORT) {
        return call(s, ev, tcb, out);
    }
    if (ev->kind <= TIMEOUT_RTO) {
        return timeout(s, ev, out);
    }
    if (s == CLOSED) {
        return arrives_closed(ev, out);
    }
    if (s == LISTEN) {
        return arrives_listen(ev, out);
    }
    if (s == SYN_SENT) {
        return arrives_syn_sent(ev, out);
    }
    return arrives(s, ev, tcb, out);
}
