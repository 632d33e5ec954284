/* variables.c: what a connection shows of itself. See variables.h. */
#include "tcp/variables.h"

#include "base/bytes.h"
#include "tcp/urgent.h"
#include "tcp/user.h"

/* cwnd as RFC 5681 means it: in fast recovery it includes the segments that have left the network. */
static uint32_t shown_cwnd(const struct tcb *tcb) {
    return tcb_has(tcb, TCB_RECOVERY) ? (uint32_t)((int64_t)tcb->cc.cwnd + tcb->loss.inflation) : tcb->cc.cwnd;
}

static uint32_t microseconds(lucid_time time) {
    return (uint32_t)(time / LUCID_MICROSECOND);
}

static void collect(const struct tcp *tcp, const struct tcb *tcb, uint32_t value[LUCID_VARS]) {
    value[LUCID_VAR_SND_UNA] = tcb->snd.una.v;
    value[LUCID_VAR_SND_NXT] = tcb->snd.nxt.v;
    value[LUCID_VAR_SND_WND] = tcb->snd.wnd;
    value[LUCID_VAR_SND_WL1] = tcb->snd.wl1.v;
    value[LUCID_VAR_SND_WL2] = tcb->snd.wl2.v;
    value[LUCID_VAR_RCV_NXT] = tcb->rcv.nxt.v;
    value[LUCID_VAR_RCV_WND] = tcb_receive_window(tcb);
    value[LUCID_VAR_CWND] = shown_cwnd(tcb);
    value[LUCID_VAR_SSTHRESH] = tcb->cc.ssthresh;
    value[LUCID_VAR_FLIGHT] = tcb_flight(tcb);
    value[LUCID_VAR_SRTT] = microseconds(tcb->rtt.srtt);
    value[LUCID_VAR_RTTVAR] = microseconds(tcb->rtt.rttvar);
    value[LUCID_VAR_RTO] = microseconds(tcb->rtt.rto);
    value[LUCID_VAR_DUPACKS] = tcb->loss.dupacks;
    value[LUCID_VAR_SEND_QUEUE] = tcb->send_queue.length;
    value[LUCID_VAR_RECEIVE_QUEUE] = tcb->receive_queue.length;
    value[LUCID_VAR_RTT] = microseconds(tcb->rtt.latest);
    value[LUCID_VAR_USER] = (uint32_t)(user_timeout(tcp, tcb) / LUCID_MILLISECOND);
}

void variables_trace_changed(struct tcp *tcp, struct tcb *tcb) {
    struct env *env = tcp->env;
    struct lucid_event_variables now = {0};
    collect(tcp, tcb, now.value);
    for (unsigned i = 0; i < LUCID_VARS; i++) {
        now.changed |= now.value[i] != tcb->traced[i] ? 1u << i : 0;
    }
    if (now.changed == 0) {
        return;
    }
    copy_octets(tcb->traced, now.value, sizeof tcb->traced);
    struct lucid_event *event = trace_event(env, LUCID_EVENT_VARIABLES, tcb->name);
    if (event) {
        event->u.variables = now;
    }
}

void variables_are_traced(const struct tcp *tcp, struct tcb *tcb) {
    if (trace_wants(&tcp->env->trace, LUCID_EVENT_VARIABLES)) {
        collect(tcp, tcb, tcb->traced);
    }
}

static void no_timers(struct lucid_tcp_info *info) {
    info->rto_at = info->persist_at = info->delayed_ack_at = info->keepalive_at = LUCID_NEVER;
    info->timewait_at = info->fin_wait_2_at = info->user_at = LUCID_NEVER;
    info->reorder_at = info->tail_probe_at = LUCID_NEVER;
}

void variables_info(const struct tcp *tcp, const struct tcb *tcb, struct lucid_tcp_info *info) {
    const struct timewait *record = timewait_at(tcp, tcb->record);
    bool waiting = record && record->name == tcb->name;
    bool over = tcb_has(tcb, TCB_RETIRED) && !waiting;
    *info = (struct lucid_tcp_info){
        .connection = tcb->name,
        .fd = -1,
        .state = over ? LUCID_CLOSED : tcb->state,
        .local = tcb->ends.local,
        .remote = tcb->ends.remote,
        .iss = tcb->iss.v,
        .snd_una = tcb->snd.una.v,
        .snd_nxt = tcb->snd.nxt.v,
        .snd_wnd = tcb->snd.wnd,
        .snd_wl1 = tcb->snd.wl1.v,
        .snd_wl2 = tcb->snd.wl2.v,
        .irs = tcb->irs.v,
        .rcv_nxt = tcb->rcv.nxt.v,
        .rcv_wnd = tcb_receive_window(tcb),
        .cwnd = shown_cwnd(tcb),
        .ssthresh = tcb->cc.ssthresh,
        .flight = tcb_flight(tcb),
        .sacked = tcb->board.sacked,
        .lost = tcb->board.lost,
        .send_queue = tcb->send_queue.length,
        .receive_queue = tcb->receive_queue.length,
        .out_of_order = tcb->run_octets,
        .urgent = urgent_left(tcb),
        .mss = tcb->snd.mss,
        .mss_received = tcb->snd.peer_mss,
        .snd_shift = tcb->snd.shift,
        .rcv_shift = tcb->rcv.shift,
        .ecn = tcb_agreed(tcb, AGREED_ECN),
        .dupacks = tcb->loss.dupacks,
        .backoff = tcb->rtt.backoff,
        .retransmits = tcb->retransmits,
        .octets_in = tcb->octets_in,
        .octets_out = tcb->octets_out,
        .srtt = tcb->rtt.srtt,
        .rttvar = tcb->rtt.rttvar,
        .rto = tcb->rtt.rto,
        .rto_at = tcb->at[LUCID_TIMER_RTO],
        .persist_at = tcb->at[LUCID_TIMER_PERSIST],
        .delayed_ack_at = tcb->at[LUCID_TIMER_DELAYED_ACK],
        .keepalive_at = tcb->at[LUCID_TIMER_KEEPALIVE],
        .timewait_at = waiting ? timewait_expires(tcp, record) : LUCID_NEVER,
        .fin_wait_2_at = tcb->at[LUCID_TIMER_FIN_WAIT_2],
        .user_at = tcb->at[LUCID_TIMER_USER],
        .reorder_at = tcb->at[LUCID_TIMER_REORDER],
        .tail_probe_at = tcb->at[LUCID_TIMER_TAIL_PROBE],
    };
}

void variables_listener_info(const struct listener *listener, struct lucid_tcp_info *info) {
    *info = (struct lucid_tcp_info){
        .connection = listener->name,
        .fd = -1,
        .state = LUCID_LISTEN,
        .local = listener->local,
    };
    no_timers(info);
}

void variables_timewait_info(const struct tcp *tcp, const struct timewait *record, struct lucid_tcp_info *info) {
    struct endpoints ends = timewait_ends(tcp, record);
    *info = (struct lucid_tcp_info){
        .connection = record->name,
        .fd = -1,
        .state = LUCID_TIME_WAIT,
        .local = ends.local,
        .remote = ends.remote,
        .snd_una = record->snd_nxt.v,
        .snd_nxt = record->snd_nxt.v,
        .rcv_nxt = record->rcv_nxt.v,
        .rcv_wnd = (uint32_t)record->window << record->shift,
        .rcv_shift = record->shift,
    };
    no_timers(info);
    info->timewait_at = timewait_expires(tcp, record);
}
