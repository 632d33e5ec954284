/* sleeper.c: from TCB to record and back. See sleeper.h. */
#include "tcp/sleeper.h"

#include "base/bytes.h"
#include "tcp/cc.h"
#include "tcp/life.h"
#include "tcp/output.h"
#include "tcp/rtt.h"
#include "tcp/tcp.h"
#include "tcp/timer.h"
#include "tcp/timestamps.h"
#include "tcp/variables.h"

/* Of the flags, those that say how the connection came to be, and what its application has done. */
static const uint32_t FLAGS_KEPT = TCB_ACTIVE | TCB_SHUT_READ | TCB_SYN_REPEATED | TCB_WANT_WRITE | TCB_MORE;

static bool no_timer_runs(const struct tcb *tcb) {
    for (unsigned i = 0; i < LUCID_TIMERS; i++) {
        if (tcb_timer_on(tcb, (enum lucid_timer)i)) {
            return false;
        }
    }
    return true;
}

static bool nothing_waits(const struct tcb *tcb) {
    return tcb->send_queue.length == 0 && tcb->receive_queue.length == 0 && !tcb->runs && tcb_flight(tcb) == 0 &&
           tcb->board.count == 0 && !tcb->board.spare && tcb->pending == 0;
}

static bool recovery_is_open(const struct tcb *tcb) {
    return tcb->loss.guarded || tcb->loss.undoable || tcb->loss.frto || tcb->loss.dupacks || tcb->loss.inflation ||
           tcb->cc.before.cwnd || tcb->rtt.backoff;
}

static bool probe_is_open(const struct tcb *tcb) {
    return tcb->probe.due || tcb->probe.outstanding || tcb->pmtu.probe || tcb->pmtu.claimed || tcb->keepalive_probes;
}

static bool report_is_open(const struct tcb *tcb) {
    return tcb->ecn.cut || tcb->ecn.echo || tcb->ecn.cwr_due || tcb->fast.sent || tcb->fast.taken || tcb->error ||
           tcb->soft_error;
}

/* Memories of a moment: what was answered in this second, and when the next data has its turn. */
static bool moment_is_over(const struct tcp *tcp, const struct tcb *tcb) {
    lucid_time now = tcp->env->now;
    return (tcb->challenges == 0 || tcb->challenge_second != now / LUCID_SECOND) && tcb->pace_at <= now;
}

struct endpoints sleeper_ends(const struct tcp *tcp, const struct sleeper *sleeper) {
    return (struct endpoints){
        .local = {.addr = tcp->env->config.addrs[sleeper->local_addr].addr, .port = sleeper->local_port},
        .remote = {.addr = sleeper->remote, .port = sleeper->remote_port},
    };
}

/* What is kept, in the TCB and in the record. */
#define NAMES(X)    \
    X(owner, owner) \
    X(name, name)   \
    X(flags, flags)

#define SEQUENCE(X)               \
    X(iss, iss)                   \
    X(irs, irs)                   \
    X(snd.una, snd.una)           \
    X(snd.wl1, snd.wl1)           \
    X(snd.wl2, snd.wl2)           \
    X(snd.wnd, snd.wnd)           \
    X(snd.max_wnd, snd.max_wnd)   \
    X(snd.mss, snd.mss)           \
    X(snd.peer_mss, snd.peer_mss) \
    X(snd.shift, snd_shift)       \
    X(ts.recent, ts_recent)       \
    X(ts.recent_at, ts_recent_at) \
    X(rcv.nxt, rcv.nxt)           \
    X(rcv.edge, rcv.edge)         \
    X(rcv.mss, rcv.mss)           \
    X(rcv.seen_mss, rcv.seen_mss) \
    X(rcv.wary, wary)             \
    X(rcv.shift, rcv_shift)       \
    X(rcv.acks_due, acks_due)     \
    X(octets_in, octets_in)       \
    X(octets_out, octets_out)

#define PATH(X)                                   \
    X(pmtu.mtu, mtu)                              \
    X(pmtu.largest_sent, largest_sent)            \
    X(pmtu.largest_acked, largest_acked)          \
    X(pmtu.raise_at, mtu_raise_at)                \
    X(rack.min_rtt_at, min_rtt_at)                \
    X(rack.multiplier, rack_multiplier)           \
    X(rack.persist, rack_persist)                 \
    X(rack.reordering_seen, rack_reordering_seen) \
    X(probe.sampled, probe_sampled)               \
    X(ecn.mode, ecn_mode)                         \
    X(ecn.plain_syn, ecn_plain_syn)               \
    X(ecn.marked, ecn_marked)                     \
    X(fast.carried, fast_carried)                 \
    X(fast.asked, fast_asked)                     \
    X(fast.shown, fast_shown)                     \
    X(fast.grant, fast_grant)                     \
    X(cc.cwnd, cwnd)                              \
    X(cc.ssthresh, ssthresh)

#define WISHES(X)                 \
    X(send_buffer, send_buffer)   \
    X(rcv.buffer, rcv.buffer)     \
    X(keepidle, keepidle)         \
    X(keepintvl, keepintvl)       \
    X(keepcnt, keepcnt)           \
    X(user_timeout, user_timeout) \
    X(tos, tos)                   \
    X(ttl, ttl)                   \
    X(tos_received, tos_received) \
    X(retransmits, retransmits)   \
    X(last_received, last_received)

#define KEPT(X) NAMES(X) SEQUENCE(X) PATH(X) WISHES(X)

/* The same of what is narrower in the record. */
#define SETS(X)           \
    X(switches, switches) \
    X(agreed, agreed)

#define DURATIONS(X)          \
    X(rtt.srtt, srtt)         \
    X(rtt.rttvar, rttvar)     \
    X(rtt.latest, rtt_latest) \
    X(rack.min_rtt, min_rtt)  \
    X(tune.round, tune_round)

_Static_assert(SWITCH_NO_REPORTS <= UINT8_MAX && AGREED_ECN <= UINT8_MAX, "sets of a TCB fit into a record");

static bool durations_fit(const struct tcb *tcb) {
#define OR(of_tcb, of_sleeper) | tcb->of_tcb
    return (0 DURATIONS(OR)) <= UINT32_MAX;
#undef OR
}

static void keep(const struct tcp *tcp, const struct tcb *tcb, struct sleeper *sleeper) {
#define KEEP(of_tcb, of_sleeper) sleeper->of_sleeper = tcb->of_tcb;
    KEPT(KEEP)
#undef KEEP
#define KEEP(of_tcb, of_sleeper) sleeper->of_sleeper = (uint8_t)tcb->of_tcb;
    SETS(KEEP)
#undef KEEP
#define KEEP(of_tcb, of_sleeper) sleeper->of_sleeper = (uint32_t)tcb->of_tcb;
    DURATIONS(KEEP)
#undef KEEP
    sleeper->local_addr = ip_own_index(&tcp->env->config, &tcb->ends.local.addr);
    sleeper->local_port = tcb->ends.local.port;
    sleeper->remote = tcb->ends.remote.addr;
    sleeper->remote_port = tcb->ends.remote.port;
    sleeper->congestion = cc_number(tcb->cc.ops);
    copy_octets(sleeper->cc_own, &tcb->cc.own, sizeof sleeper->cc_own);
}

/* The rest says nothing at rest. last_sent may be any moment longer ago than the RTO. */
static void wake_into(const struct tcp *tcp, const struct sleeper *sleeper, struct tcb *tcb) {
    tcb->record = POOL_NONE;
    for (unsigned i = 0; i < LUCID_TIMERS; i++) {
        tcb->at[i] = LUCID_NEVER;
    }
    fsm_begin(tcb, LUCID_ESTABLISHED);
    tcb->ends = sleeper_ends(tcp, sleeper);
#define WAKE(of_tcb, of_sleeper) tcb->of_tcb = sleeper->of_sleeper;
    KEPT(WAKE)
    SETS(WAKE)
    DURATIONS(WAKE)
#undef WAKE
    tcb->cc.ops = cc_numbered(sleeper->congestion);
    copy_octets(&tcb->cc.own, sleeper->cc_own, sizeof sleeper->cc_own);
    tcb->rtt.rto = rtt_measured_rto(tcp, tcb);
    tcb->ts.offset = timestamps_offset(tcp, &tcb->ends);
    /* All that came has been acknowledged. All that was sent has arrived, and no loss is being mended. */
    tcb->rcv.acked = sleeper->rcv.nxt;
    tcb->snd.nxt = sleeper->snd.una;
    tcb->board.farthest = sleeper->snd.una;
    tcb->loss.recover = sleeper->snd.una;
}

/* The next segment will restart congestion control (cc_restart_after_idle), whatever it remembers of its rounds. */
static bool restart_is_due(const struct tcp *tcp, const struct tcb *tcb) {
    return tcp->env->now - tcb->last_sent > tcb->rtt.rto && !WITHOUT(tcp->env, SLOW_START);
}

/* So that it need not be kept. */
static bool rto_is_measured(const struct tcp *tcp, const struct tcb *tcb) {
    return tcb->rtt.rto == rtt_measured_rto(tcp, tcb);
}

static bool all_is_acknowledged(const struct tcb *tcb) {
    return seq_eq(tcb->rcv.acked, tcb->rcv.nxt) && tcb->rcv.full_segments == 0;
}

bool sleeper_may_begin(const struct tcp *tcp, const struct tcb *tcb) {
    return tcb_is(tcb, LUCID_ESTABLISHED) && !tcb_has(tcb, ~FLAGS_KEPT) && tcb->owner != POOL_NONE && !tcb->listener &&
           nothing_waits(tcb) && no_timer_runs(tcb) && all_is_acknowledged(tcb) && !recovery_is_open(tcb) &&
           !probe_is_open(tcb) && !report_is_open(tcb) && moment_is_over(tcp, tcb) && restart_is_due(tcp, tcb) &&
           rto_is_measured(tcp, tcb) && durations_fit(tcb);
}

void sleeper_look(const struct tcp *tcp, const struct sleeper *sleeper, struct tcb *tcb) {
    zero_octets(tcb, sizeof *tcb);
    wake_into(tcp, sleeper, tcb);
}

uint32_t sleeper_begin(struct tcp *tcp, struct tcb *tcb) {
    uint32_t number;
    struct sleeper *sleeper = pool_take(tcp->env, &tcp->sleepers, &number);
    if (!sleeper) {
        return POOL_NONE;
    }
    sleeper->number = number;
    keep(tcp, tcb, sleeper);
    demux_replace(tcp, &tcb->ends, DEMUX_SLEEPER, number);
    tcb_timers_stop(tcp, tcb);
    pool_give(tcp->env, &tcp->tcbs, tcb->number);
    return number;
}

struct tcb *sleeper_wake(struct tcp *tcp, struct sleeper *sleeper) {
    uint32_t number;
    struct tcb *tcb = pool_take(tcp->env, &tcp->tcbs, &number);
    if (!tcb) {
        return NULL;
    }
    tcb->number = number;
    wake_into(tcp, sleeper, tcb);
    variables_are_traced(tcp, tcb);
    demux_replace(tcp, &tcb->ends, DEMUX_TCB, number);
    pool_give(tcp->env, &tcp->sleepers, sleeper->number);
    return tcb;
}

void sleeper_forget(struct tcp *tcp, struct sleeper *sleeper) {
    struct endpoints ends = sleeper_ends(tcp, sleeper);
    demux_remove(tcp, &ends);
    ports_give(tcp->env, &tcp->ports, ends.local.port);
    pool_give(tcp->env, &tcp->sleepers, sleeper->number);
    tcp_trim(tcp);
}
