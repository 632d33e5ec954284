/* fsm.c: the one place that changes the state of a connection. See fsm.h, and fsm.def for the machine. */
#include "tcp/fsm.h"

#include "tcp/tcp.h"

/* The bits of the public enumeration stand in the order of fsm.def. */
enum state_index {
#define FSM_STATE(name, text) STATE_INDEX_##name,
#include "tcp/fsm.def"
    STATES
};
#define FSM_STATE(name, text) _Static_assert(LUCID_##name == 1 << STATE_INDEX_##name, "order of info.h and fsm.def");
#include "tcp/fsm.def"

/* fsm.def writes its sets without prefixes; these constants give the words their values. */
enum {
#define FSM_STATE(name, text) name = LUCID_##name,
#include "tcp/fsm.def"
#define FSM_ACTION(name, text) name = ACTION_##name,
#include "tcp/fsm.def"
};

const struct fsm_row fsm_rows[] = {
#define FSM_ROW(from, event, guard, to, actions, rule, source) \
    {from, EVENT_##event, GUARD_##guard, to, actions, rule, LUCID_FSM_##source},
#include "tcp/fsm.def"
};

/* The same rows as the public header shows them. */
static const struct lucid_fsm_row public_rows[] = {
#define FSM_ROW(from, event, guard, to, actions, rule, source) \
    {from, #event, #guard, to, #actions, rule, LUCID_FSM_##source},
#include "tcp/fsm.def"
};

const unsigned fsm_row_count = sizeof fsm_rows / sizeof fsm_rows[0];

const struct lucid_fsm_row *lucid_fsm_row(unsigned i) {
    return i < fsm_row_count ? &public_rows[i] : NULL;
}

const char *lucid_state_name(unsigned state) {
    static const char *const names[] = {
#define FSM_STATE(name, text) text,
#include "tcp/fsm.def"
    };
    for (unsigned i = 0; i < STATES; i++) {
        if (state == 1u << i) {
            return names[i];
        }
    }
    return "?";
}

const struct fsm_row *fsm_lookup(unsigned state, enum fsm_event event, unsigned guards) {
    for (unsigned i = 0; i < fsm_row_count; i++) {
        const struct fsm_row *row = &fsm_rows[i];
        if ((row->from & state) && row->event == event && ((guards >> row->guard) & 1u)) {
            return row;
        }
    }
    return NULL;
}

/* The row of the table; in the lab's build that of another machine (base/whatif.h). */
static const struct fsm_row *decide(const struct tcp *tcp, unsigned state, enum fsm_event event, unsigned guards) {
    const struct fsm_row *row = fsm_lookup(state, event, guards);
    return OTHER_MACHINE(tcp->env, state, event, guards, row);
}

static int16_t row_number(const struct fsm_row *row) {
    bool ours = row >= fsm_rows && row < fsm_rows + fsm_row_count;
    return ours ? (int16_t)(row - fsm_rows) : -1;
}

/* What is true of every connection of this stack. */
static unsigned common_guards(const struct tcp *tcp) {
    unsigned guards = 1u << GUARD_ALWAYS;
    return guards | (tcp->env->config.rfc1337 ? 1u << GUARD_RFC1337 : 1u << GUARD_NOT_RFC1337);
}

static unsigned guards_of(const struct tcp *tcp, const struct tcb *tcb) {
    unsigned guards = common_guards(tcp);
    if (tcb_has(tcb, TCB_ACTIVE)) {
        guards |= 1u << GUARD_ACTIVE;
    } else {
        guards |= 1u << GUARD_PASSIVE;
        guards |= tcp->env->config.rfc5961 ? 0 : 1u << GUARD_PASSIVE_RFC793;
    }
    if (tcb->send_queue.length == 0) {
        guards |= 1u << GUARD_NOTHING_QUEUED;
    }
    return guards;
}

static void trace_row(struct tcp *tcp, uint32_t name, unsigned from, const struct fsm_row *row, uint32_t parent,
                      const struct endpoints *ends) {
    struct env *env = tcp->env;
    if (!trace_wants(&env->trace, LUCID_EVENT_STATE)) {
        return;
    }
    struct lucid_event *event = trace_event(env, LUCID_EVENT_STATE, name);
    if (!event) {
        return;
    }
    event->u.state = (struct lucid_event_state){
        .from = (uint16_t)from,
        .to = (uint16_t)row->to,
        .row = row_number(row),
        .cause = tcp->cause,
        .timer = tcp->cause == LUCID_CAUSE_TIMER ? tcp->cause_detail : 0,
        .call = tcp->cause == LUCID_CAUSE_CALL ? tcp->cause_detail : 0,
        .segment = tcp->cause == LUCID_CAUSE_SEGMENT ? env->input_packet : 0,
        .parent = parent,
        .local = ends->local,
        .remote = ends->remote,
    };
}

const struct fsm_row *fsm_fire(struct tcp *tcp, struct tcb *tcb, enum fsm_event event) {
    const struct fsm_row *row = decide(tcp, tcb->state, event, guards_of(tcp, tcb));
    if (!row) {
        return NULL;
    }
    uint32_t parent = tcb->listener ? tcb->listener->name : 0;
    trace_row(tcp, tcb->name, tcb->state, row, parent, &tcb->ends);
    tcb->state = row->to;
    tcb->pending |= row->actions;
    return row;
}

const struct fsm_row *fsm_fire_listener(struct tcp *tcp, struct listener *listener, enum fsm_event event) {
    const struct fsm_row *row = decide(tcp, listener->state, event, common_guards(tcp));
    if (row) {
        struct endpoints ends = {.local = listener->local};
        trace_row(tcp, listener->name, listener->state, row, 0, &ends);
        listener->state = row->to;
    }
    return row;
}

const struct fsm_row *fsm_fire_timewait(struct tcp *tcp, struct timewait *record, enum fsm_event event) {
    const struct fsm_row *row = decide(tcp, LUCID_TIME_WAIT, event, common_guards(tcp));
    if (row) {
        struct endpoints ends = timewait_ends(tcp, record);
        trace_row(tcp, record->name, LUCID_TIME_WAIT, row, 0, &ends);
    }
    return row;
}

void fsm_begin(struct tcb *tcb, enum lucid_tcp_state state) {
    tcb->state = state;
}

void fsm_begin_listener(struct listener *listener) {
    listener->state = LUCID_CLOSED;
}
