/* tlog_check_state.c: states, timers and variables of a log, each against what was true before. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lab/tlog_check_private.h"

#define CONNECTION "%s's connection %u"

static const char *node_name(const struct proof *proof) {
    return tlog_node_name(proof->log, proof->event->node);
}

static const char *state_name(unsigned state) {
    return state ? lucid_state_name(state) : "nothing";
}

static struct model_connection *connection_of(const struct proof *proof) {
    return model_find(proof->model, proof->event->node, proof->event->c);
}

/* ---- the chain ---- */

static bool same_end(const struct lucid_sockaddr *a, const struct lucid_sockaddr *b) {
    return a->port == b->port && lucid_addr_equal(&a->addr, &b->addr);
}

/* One that a SYN may reopen: in TIME-WAIT, with these ends. */
static bool has_predecessor(const struct proof *proof) {
    const struct tlog_state *state = &proof->event->u.state;
    const struct model_node *node = &proof->model->node[proof->event->node];
    for (unsigned i = 0; i < node->connections; i++) {
        const struct model_connection *old = &node->connection[i];
        if (!old->gone && old->state == LUCID_TIME_WAIT && same_end(&old->local, &state->local) &&
            same_end(&old->remote, &state->remote)) {
            return true;
        }
    }
    return false;
}

static bool has_parent(const struct proof *proof) {
    const struct tlog_state *state = &proof->event->u.state;
    const struct model_connection *parent = model_find(proof->model, proof->event->node, state->parent);
    return parent && parent->listener && parent->state == LUCID_LISTEN && !parent->gone;
}

/* What is born comes from nothing, CLOSED, its listener, or the TIME-WAIT that it ends. */
static void proof_birth(struct proof *proof) {
    const struct tlog_state *state = &proof->event->u.state;
    if (state->from == 0 || state->from == LUCID_CLOSED) {
        return;
    }
    if (state->from == LUCID_LISTEN && !has_parent(proof)) {
        proof_fault(proof, CONNECTION " is born of listener %u, which does not listen", node_name(proof),
                    proof->event->c, state->parent);
    } else if (state->from == LUCID_TIME_WAIT && !has_predecessor(proof)) {
        proof_fault(proof, CONNECTION " is born in the place of one in TIME-WAIT, which is not there", node_name(proof),
                    proof->event->c);
    } else if (state->from != LUCID_LISTEN && state->from != LUCID_TIME_WAIT) {
        proof_fault(proof, CONNECTION " goes from %s to %s, but it has not begun", node_name(proof), proof->event->c,
                    state_name(state->from), state_name(state->to));
    }
}

static void proof_chain(struct proof *proof) {
    const struct tlog_state *state = &proof->event->u.state;
    const struct model_connection *connection = connection_of(proof);
    if (!connection || !connection->state) {
        if (connection && connection->gone) {
            proof_fault(proof, CONNECTION " goes to %s, but it is gone", node_name(proof), proof->event->c,
                        state_name(state->to));
            return;
        }
        proof_birth(proof);
        return;
    }
    if (connection->gone) {
        proof_fault(proof, CONNECTION " goes from %s to %s, but it ended in event %u", node_name(proof),
                    proof->event->c, state_name(state->from), state_name(state->to), connection->changed);
    } else if (connection->state != state->from) {
        proof_fault(proof, CONNECTION " goes from %s to %s, but it was in %s since event %u", node_name(proof),
                    proof->event->c, state_name(state->from), state_name(state->to), state_name(connection->state),
                    connection->changed);
    }
}

/* ---- the row ---- */

static bool is_text(const struct tlog_text *text, const char *expected) {
    return text->length == strlen(expected) && !memcmp(text->at, expected, text->length);
}

static void proof_edge(struct proof *proof, const struct lucid_fsm_row *row) {
    const struct tlog_state *state = &proof->event->u.state;
    char edge[100];
    snprintf(edge, sizeof edge, "%s:%s:%s", state->from ? lucid_state_name(state->from) : "", row->event,
             state->to ? lucid_state_name(state->to) : "");
    if (!is_text(&state->edge, edge)) {
        proof_fault(proof, "the edge is called %s, but row %d from %s to %s is %s", state->edge.at, state->row,
                    state_name(state->from), state_name(state->to), edge);
    }
    if (!is_text(&state->rule, row->rule)) {
        proof_fault(proof, "it cites %s, but row %d of the machine is %s", state->rule.at, state->row, row->rule);
    }
    if (state->source != row->source) {
        proof_fault(proof, "its source (FIG5, TEXT, EXT) is not that of row %d of the machine", state->row);
    }
}

static bool begins(const char *text, const char *with) {
    return !strncmp(text, with, strlen(with));
}

/* What a row's event can come from, by its name. */
static void proof_cause_kind(struct proof *proof, const struct lucid_fsm_row *row) {
    static const char *const names[] = {"a segment", "a timer", "a call"};
    static const struct {
        const char *prefix;
        uint8_t cause;
    } kinds[] = {{"RCV_", LUCID_CAUSE_SEGMENT}, {"TIMEOUT_", LUCID_CAUSE_TIMER}, {"OPEN_", LUCID_CAUSE_CALL}};
    for (unsigned i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (begins(row->event, kinds[i].prefix) && proof->event->u.state.cause != kinds[i].cause) {
            proof_fault(proof, "%s comes from %s, not from %s", row->event, names[kinds[i].cause],
                        names[proof->event->u.state.cause]);
        }
    }
}

/* The segment arrived, or the timer fired, at this node at this moment. */
static void proof_cause(struct proof *proof, const struct lucid_fsm_row *row) {
    const struct tlog_event *event = proof->event;
    const struct tlog_state *state = &event->u.state;
    if (state->cause == LUCID_CAUSE_SEGMENT && strcmp(row->event, "RCV_UNREACHABLE") != 0) {
        const struct tlog_event *arrival = tlog_at(proof->log, proof->arrived[event->node]);
        if (!arrival || arrival->u.segment.id != state->segment || arrival->t != event->t) {
            proof_fault(proof, "it comes from packet %" PRIu64 ", which does not arrive at %s now", state->segment,
                        node_name(proof));
        }
    }
    if (state->cause == LUCID_CAUSE_TIMER) {
        const struct tlog_event *fire = tlog_at(proof->log, proof->fired[event->node]);
        if (!fire || fire->u.timer.timer != state->timer || fire->t != event->t || fire->c != event->c) {
            proof_fault(proof, "it comes from the %s timer of connection %u, which does not fire now",
                        lucid_timer_name(state->timer), event->c);
        }
    }
}

static void proof_guard(struct proof *proof, const struct lucid_fsm_row *row) {
    const struct model_connection *connection = connection_of(proof);
    bool active = begins(row->guard, "ACTIVE"), passive = begins(row->guard, "PASSIVE");
    if (connection && ((active && !connection->initiator) || (passive && connection->initiator))) {
        proof_fault(proof, "row %d is for connections that were opened %sly, which connection %u was not",
                    proof->event->u.state.row, active ? "active" : "passive", proof->event->c);
    }
}

/* Birth from nothing and death to nothing have no row. */
static void proof_row(struct proof *proof) {
    const struct tlog_state *state = &proof->event->u.state;
    if (state->row < 0 && (!state->from || !state->to)) {
        return;
    }
    const struct lucid_fsm_row *row = state->row >= 0 ? lucid_fsm_row((unsigned)state->row) : NULL;
    if (!row) {
        proof_fault(proof, CONNECTION " goes from %s to %s, by row %d, which the machine has not", node_name(proof),
                    proof->event->c, state_name(state->from), state_name(state->to), state->row);
        return;
    }
    if (!(row->from & state->from) || row->to != state->to) {
        proof_fault(proof, CONNECTION " goes from %s to %s, which is not what row %d of the machine (%s) does",
                    node_name(proof), proof->event->c, state_name(state->from), state_name(state->to), state->row,
                    row->event);
        return;
    }
    proof_edge(proof, row);
    proof_cause_kind(proof, row);
    proof_cause(proof, row);
    proof_guard(proof, row);
}

void proof_states(struct proof *proof) {
    if (proof->event->node >= TLOG_NODES_MAX || !proof->event->c) {
        proof_fault(proof, "a state changes, but it says of no connection of a node");
        return;
    }
    proof_chain(proof);
    proof_row(proof);
}

/* ---- timers ---- */

/* In sim a timer fires at its time; a real clock may be late. */
static bool exact_time(const struct proof *proof) {
    return !strcmp(tlog_header(proof->log)->world.at, "sim");
}

static void proof_fire(struct proof *proof, const struct model_connection *connection) {
    const struct tlog_event *event = proof->event;
    const char *timer = lucid_timer_name(event->u.timer.timer);
    uint64_t at = connection ? connection->timer_at[event->u.timer.timer] : TLOG_NONE;
    if (at == TLOG_NONE) {
        proof_fault(proof, "the %s timer of " CONNECTION " fires, but it is not set", timer, node_name(proof),
                    event->c);
    } else if (event->t < at || (exact_time(proof) && event->t > at)) {
        proof_fault(proof, "the %s timer of " CONNECTION " fires at %" PRIu64 " ns, but it is set to %" PRIu64 " ns",
                    timer, node_name(proof), event->c, event->t, at);
    }
}

void proof_timers(struct proof *proof) {
    const struct tlog_event *event = proof->event;
    const struct model_connection *connection = connection_of(proof);
    const char *timer = lucid_timer_name(event->u.timer.timer);
    if (event->kind == TLOG_TIMER_FIRE) {
        proof_fire(proof, connection);
    }
    bool running = connection && connection->timer_at[event->u.timer.timer] != TLOG_NONE;
    bool gone = connection && connection->gone; /* it lets go of its timers one by one */
    if (event->kind == TLOG_TIMER_STOP && !running && !gone) {
        proof_fault(proof, "the %s timer of " CONNECTION " stops, but it is not set", timer, node_name(proof),
                    event->c);
    }
    if (event->kind == TLOG_TIMER_SET) {
        if (event->u.timer.at < event->t) {
            proof_fault(proof, "the %s timer of " CONNECTION " is set to a time that is over", timer, node_name(proof),
                        event->c);
        }
        proof->due = event->u.timer.at < proof->due ? event->u.timer.at : proof->due;
    }
}

/* A timer that was to fire in between; and when the next one is. */
static void look_at_timers(struct proof *proof, unsigned node, const struct model_connection *connection) {
    for (unsigned timer = 0; timer < LUCID_TIMERS; timer++) {
        uint64_t at = connection->timer_at[timer];
        if (at < proof->event->t) {
            proof_fault(proof, "the %s timer of " CONNECTION " was to fire at %" PRIu64 " ns, and did not",
                        lucid_timer_name(timer), tlog_node_name(proof->log, node), connection->c, at);
        } else if (at < proof->due) {
            proof->due = at;
        }
    }
}

void proof_due(struct proof *proof) {
    if (proof->event->t <= proof->due || !exact_time(proof)) {
        return;
    }
    proof->due = TLOG_NONE;
    for (unsigned i = 0; i < TLOG_NODES_MAX; i++) {
        const struct model_node *node = &proof->model->node[i];
        for (unsigned at = 0; at < node->connections; at++) {
            if (!node->connection[at].gone) {
                look_at_timers(proof, i, &node->connection[at]);
            }
        }
    }
}

/* ---- variables ---- */

static bool seq_less(int64_t a, int64_t b) {
    return (int32_t)((uint32_t)a - (uint32_t)b) < 0;
}

/* The value after this event; false: not known. */
static bool value_after(const struct proof *proof, const struct model_connection *connection, unsigned variable,
                        int64_t *value) {
    const struct tlog_vars *vars = &proof->event->u.vars;
    if (vars->changed & 1u << variable) {
        *value = vars->value[variable];
        return true;
    }
    *value = connection ? connection->value[variable] : 0;
    return connection && connection->known & 1u << variable;
}

static void proof_forward(struct proof *proof, const struct model_connection *connection, unsigned variable,
                          const char *name) {
    const struct tlog_vars *vars = &proof->event->u.vars;
    if (connection && connection->known & vars->changed & 1u << variable &&
        seq_less(vars->value[variable], connection->value[variable])) {
        proof_fault(proof, "%s of " CONNECTION " goes back from %" PRId64 " to %" PRId64, name, node_name(proof),
                    proof->event->c, connection->value[variable], vars->value[variable]);
    }
}

void proof_variables(struct proof *proof) {
    const struct model_connection *connection = connection_of(proof);
    int64_t una, nxt;
    if (value_after(proof, connection, LUCID_VAR_SND_UNA, &una) &&
        value_after(proof, connection, LUCID_VAR_SND_NXT, &nxt) && seq_less(nxt, una)) {
        proof_fault(proof, "SND.UNA of " CONNECTION " is %" PRId64 ", beyond SND.NXT, which is %" PRId64,
                    node_name(proof), proof->event->c, una, nxt);
    }
    proof_forward(proof, connection, LUCID_VAR_SND_UNA, "SND.UNA");
    proof_forward(proof, connection, LUCID_VAR_RCV_NXT, "RCV.NXT");
}
