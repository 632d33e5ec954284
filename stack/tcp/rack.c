/* rack.c: RFC 8985 6. See rack.h. */
#include "tcp/rack.h"

#include "base/bytes.h"
#include "tcp/timer.h"

/* 6.2 step 1: "a windowed min-filtered estimate of recent RTT measurements". */
static const lucid_time MIN_RTT_WINDOW = 300 * LUCID_SECOND;

/* Below this the host's scheduling decides, not the path (docs/decisions/0067). */
static const lucid_time LEAST_TIMEOUT = 2 * LUCID_MILLISECOND;

static const uint32_t DUPLICATE_THRESHOLD = 3;

/* 6.2 step 4: "RACK persists using the inflated RACK.reo_wnd for up to 16 loss recoveries". */
static const uint8_t PERSIST = 16;

void rack_sample(struct tcb *tcb, lucid_time rtt, lucid_time now) {
    bool over = now - tcb->rack.min_rtt_at > MIN_RTT_WINDOW;
    if (tcb->rack.min_rtt == 0 || over || rtt <= tcb->rack.min_rtt) {
        tcb->rack.min_rtt = rtt;
        tcb->rack.min_rtt_at = now;
    }
}

/* RACK_sent_after(). At first nothing has arrived: then there is no latest departure. */
static bool left_before_latest(const struct tcb *tcb, lucid_time at, struct seq32 end) {
    if (tcb->rack.rtt == 0) {
        return false;
    }
    return at < tcb->rack.left_at || (at == tcb->rack.left_at && seq_lt(end, tcb->rack.left_end));
}

void rack_heard(struct tcb *tcb, const struct delivery *delivery) {
    tcb->rack.reordering_seen |= delivery->reordered;
    if (!delivery->timed) {
        return;
    }
    rack_sample(tcb, delivery->rtt, delivery->now);
    if (!left_before_latest(tcb, delivery->left_at, delivery->left_end)) {
        tcb->rack.left_at = delivery->left_at;
        tcb->rack.left_end = delivery->left_end;
    }
    tcb->rack.rtt = delivery->rtt;
}

void rack_duplicate_reported(struct tcb *tcb) {
    if (tcb->rack.in_dsack_round && seq_ge(tcb->snd.una, tcb->rack.dsack_round)) {
        tcb->rack.in_dsack_round = false;
    }
    if (tcb->rack.in_dsack_round) {
        return;
    }
    tcb->rack.in_dsack_round = true;
    tcb->rack.dsack_round = tcb->snd.nxt;
    tcb->rack.persist = PERSIST;
    if (tcb->rack.multiplier < UINT8_MAX) {
        tcb->rack.multiplier++;
    }
}

void rack_was_late(struct tcb *tcb) {
    tcb->rack.reordering_seen = true;
}

void rack_recovered(struct tcb *tcb) {
    if (tcb->rack.persist > 0 && --tcb->rack.persist == 0) {
        tcb->rack.multiplier = 0;
    }
}

/* As many as three segments, by the measure of RFC 6675 4: three separate runs, or more than two full segments. */
static bool enough_sacked(const struct tcb *tcb) {
    return tcb->board.sacked_runs >= DUPLICATE_THRESHOLD ||
           tcb->board.sacked > (DUPLICATE_THRESHOLD - 1) * (uint32_t)tcb->snd.mss;
}

/* RACK_update_reo_wnd() */
static lucid_time reordering_window(const struct tcb *tcb) {
    bool recovering = tcb->loss.guarded;
    if (!tcb->rack.reordering_seen && (recovering || enough_sacked(tcb))) {
        return 0;
    }
    lucid_time window = (tcb->rack.multiplier + 1u) * tcb->rack.min_rtt / 4;
    return tcb->rtt.srtt > 0 ? min_u64(window, tcb->rtt.srtt) : window;
}

/* What left before the latest arrival, and so long ago, is lost: the records are in the order of their departure.
 * Those behind the first that may still come are not looked at, or each ACK would cost as much as there is in flight.
 * The timer is set for that one, and then for the next: each is lost at its own time. RFC 8985 6.2 step 5 waits for the
 * last of them, to set the timer once. */
bool rack_detect(struct tcp *tcp, struct tcb *tcb) {
    lucid_time now = tcp->env->now;
    lucid_time patience = tcb->rack.rtt + reordering_window(tcb);
    uint32_t lost_before = tcb->board.lost;
    struct sent *sent = scoreboard_oldest(tcb);
    while (sent && left_before_latest(tcb, sent->at, sent->end) && sent->at + patience <= now) {
        struct sent *younger = scoreboard_younger(sent);
        scoreboard_lose(tcb, sent);
        sent = younger;
    }
    if (sent && left_before_latest(tcb, sent->at, sent->end)) {
        tcb_timer_set(tcp, tcb, LUCID_TIMER_REORDER, max_u64(sent->at + patience, now + LEAST_TIMEOUT));
    } else {
        tcb_timer_stop(tcp, tcb, LUCID_TIMER_REORDER);
    }
    return tcb->board.lost > lost_before;
}

void rack_timed_out(struct tcp *tcp, struct tcb *tcb) {
    lucid_time patience = tcb->rack.rtt + reordering_window(tcb);
    struct sent *sent = scoreboard_oldest(tcb);
    while (sent && sent->at + patience <= tcp->env->now) {
        struct sent *younger = scoreboard_younger(sent);
        scoreboard_lose(tcb, sent);
        sent = younger;
    }
}
