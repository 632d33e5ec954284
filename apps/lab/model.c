/* model.c: see model.h. One function for each kind of event that changes something; the others only take time. */
#include <stdlib.h>
#include <string.h>

#include "lab/model_private.h"
#include "lucid/socket.h"

/* ---- connections ---- */

static struct model_connection *add_connection(struct model_node *node, uint32_t c) {
    if ((node->connections & (node->connections - 1)) == 0) { /* 0, 1, 2, 4, ...: full */
        size_t room = node->connections ? 2 * node->connections : 1;
        struct model_connection *wider = realloc(node->connection, room * sizeof *wider);
        if (!wider) {
            return NULL;
        }
        node->connection = wider;
    }
    struct model_connection *connection = &node->connection[node->connections++];
    *connection = (struct model_connection){.c = c, .error = {"", 0}};
    for (unsigned i = 0; i < LUCID_TIMERS; i++) {
        connection->timer_at[i] = TLOG_NONE;
    }
    return connection;
}

struct model_connection *model_find(const struct model *model, unsigned node, uint32_t c) {
    const struct model_node *place = node < TLOG_NODES_MAX ? &model->node[node] : NULL;
    for (unsigned i = place && c ? place->connections : 0; i-- > 0;) {
        if (place->connection[i].c == c) {
            return &place->connection[i];
        }
    }
    return NULL;
}

/* The one that the event is about, made when it is new; NULL: about none, or no memory. */
static struct model_connection *of_event(struct model *model, const struct tlog_event *event) {
    if (!event->c || event->node >= TLOG_NODES_MAX) {
        return NULL;
    }
    struct model_connection *connection = model_find(model, event->node, event->c);
    if (!connection) {
        connection = add_connection(&model->node[event->node], event->c);
        if (connection) {
            connection->born = connection->changed = event->i;
            connection->born_at = connection->state_since = event->t;
        }
    }
    return connection;
}

static void stop_timers(struct model_connection *connection) {
    for (unsigned i = 0; i < LUCID_TIMERS; i++) {
        connection->timer_at[i] = TLOG_NONE;
    }
}

static void end_connection(struct model_connection *connection, const struct tlog_event *event) {
    connection->gone = true;
    connection->gone_at = event->t;
    stop_timers(connection);
}

static bool same_end(const struct lucid_sockaddr *a, const struct lucid_sockaddr *b) {
    return a->port == b->port && lucid_addr_equal(&a->addr, &b->addr);
}

/* A SYN that reopens from TIME-WAIT (RFC 9293 3.6.1 MAY-2) makes a connection in the place of the old one. */
static void end_predecessor(struct model *model, const struct tlog_event *event) {
    struct model_node *node = &model->node[event->node];
    for (unsigned i = node->connections; i-- > 0;) {
        struct model_connection *old = &node->connection[i];
        if (old->state == LUCID_TIME_WAIT && !old->gone && old->c != event->c &&
            same_end(&old->local, &event->u.state.local) && same_end(&old->remote, &event->u.state.remote)) {
            old->state = LUCID_CLOSED;
            end_connection(old, event);
        }
    }
}

static unsigned bit_number(unsigned state) {
    return (unsigned)__builtin_ctz(state);
}

/* A child that returns to LISTEN vanishes; so does whatever is CLOSED. */
static bool is_end(const struct model_connection *connection, const struct tlog_state *state) {
    bool child = connection->parent > 0 && !connection->listener;
    return state->to == 0 || state->to == LUCID_CLOSED || (state->to == LUCID_LISTEN && child);
}

/* The segment that a change of state came from, which has just arrived; NULL: it is not there. */
#define LOOK_BACK 64
static const struct tlog_segment *cause_of(const struct model *model, const struct tlog_event *event) {
    for (uint32_t i = model->at; i > 0 && model->at - i < LOOK_BACK; i--) {
        const struct tlog_event *earlier = tlog_at(model->log, i);
        if (earlier->kind == TLOG_SEG_RX && earlier->node == event->node &&
            earlier->u.segment.id == event->u.state.segment) {
            return &earlier->u.segment;
        }
    }
    return NULL;
}

static void learn_irs(const struct model *model, const struct tlog_event *event, struct model_connection *connection) {
    if (connection->irs_known || event->u.state.cause != LUCID_CAUSE_SEGMENT) {
        return;
    }
    const struct tlog_segment *segment = cause_of(model, event);
    if (segment && segment->flags & LUCID_SYN) {
        connection->irs = segment->seq;
        connection->irs_known = true;
    }
}

static void fold_state(struct model *model, const struct tlog_event *event, struct model_connection *connection) {
    const struct tlog_state *state = &event->u.state;
    bool newborn = connection->state == 0;
    if (state->row >= 0 && lucid_fsm_row((unsigned)state->row)) {
        model->node[event->node].edge_visits[state->row]++;
    }
    if (newborn && state->from == LUCID_TIME_WAIT) {
        end_predecessor(model, event);
    }
    learn_irs(model, event, connection);
    connection->parent = state->parent ? state->parent : connection->parent;
    connection->listener |= state->to == LUCID_LISTEN && newborn;
    connection->initiator |= state->to == LUCID_SYN_SENT && state->cause == LUCID_CAUSE_CALL;
    connection->local = state->local;
    connection->remote = state->remote;
    connection->state = state->to;
    connection->changed = event->i;
    connection->state_since = event->t;
    if (state->to) {
        connection->visits[bit_number(state->to)]++;
    }
    if (is_end(connection, state)) {
        end_connection(connection, event);
    }
}

/* ---- the rest ---- */

static void fold_timer(const struct tlog_event *event, struct model_connection *connection) {
    unsigned timer = event->u.timer.timer;
    connection->timer_at[timer] = event->u.timer.at;
    if (event->kind == TLOG_TIMER_SET) {
        connection->timer_since[timer] = event->t;
    }
}

static void fold_variables(const struct tlog_event *event, struct model_connection *connection) {
    uint32_t changed = event->u.vars.changed;
    connection->known |= changed;
    for (; changed; changed &= changed - 1) {
        unsigned i = bit_number(changed);
        connection->value[i] = event->u.vars.value[i];
    }
}

static void fold_return(const struct tlog_event *event, struct model_connection *connection) {
    int64_t value = event->u.call.value;
    if (value < 0 && value != -LUCID_EAGAIN && value != -LUCID_EINPROGRESS) {
        connection->error = event->u.call.result;
    }
}

static void fold_delivery(const struct tlog_event *event, struct model_connection *connection) {
    if (!strcmp(event->u.say.k.at, "delivered")) {
        connection->delivered = event->u.say.offset + (uint64_t)event->u.say.count;
    }
}

/* The kernel's names are those of ss(8). */
static unsigned kernel_state(const char *name) {
    for (unsigned bit = LUCID_CLOSED; bit <= LUCID_TIME_WAIT; bit <<= 1) {
        if (!strcmp(name, lucid_state_name(bit))) {
            return bit;
        }
    }
    return !strcmp(name, "ESTAB") ? LUCID_ESTABLISHED : !strcmp(name, "SYN-RECV") ? LUCID_SYN_RECEIVED : LUCID_CLOSED;
}

static void fold_peer(const struct tlog_event *event, struct model_connection *connection) {
    const struct tlog_say *say = &event->u.say;
    unsigned state = kernel_state(say->k.at);
    if (state != connection->state) {
        connection->state = (uint16_t)state;
        connection->changed = event->i;
        connection->state_since = event->t;
        connection->visits[bit_number(state)]++;
    }
    if (say->rto >= 0) {
        connection->value[LUCID_VAR_RTO] = say->rto;
        connection->known |= 1u << LUCID_VAR_RTO;
    }
    if (state == LUCID_CLOSED) {
        end_connection(connection, event);
    }
}

/* The node forgets all; whoever was connected with it does not know. */
static void fold_crash(struct model *model, unsigned node, const struct tlog_event *event) {
    if (node >= TLOG_NODES_MAX) {
        return;
    }
    struct model_node *crashed = &model->node[node];
    for (unsigned i = 0; i < crashed->connections; i++) {
        if (!crashed->connection[i].gone) {
            crashed->connection[i].state = 0;
            end_connection(&crashed->connection[i], event);
        }
    }
}

/* "A crash". */
static void fold_command(struct model *model, const struct tlog_event *event) {
    const char *text = event->u.say.text.at;
    const char *space = strchr(text, ' ');
    int node = space && !strncmp(space, " crash", 6) ? tlog_node_find(model->log, text, (size_t)(space - text)) : -1;
    if (node >= 0) {
        fold_crash(model, (unsigned)node, event);
    }
}

static void fold_segment(const struct tlog_event *event, struct model_connection *connection) {
    const struct tlog_segment *segment = &event->u.segment;
    if (event->kind == TLOG_SEG_RX) {
        connection->received++;
        return;
    }
    connection->sent++;
    connection->again += segment->again || segment->rtx > 0;
    if (segment->flags & LUCID_SYN && !connection->iss_known && !connection->listener) {
        connection->iss = segment->seq;
        connection->iss_known = true;
    }
}

/* Those that are about a connection. */
static void fold_connection(struct model *model, const struct tlog_event *event, struct model_connection *connection) {
    switch ((enum tlog_kind)event->kind) {
    case TLOG_SEG_TX:
    case TLOG_SEG_RX:
        fold_segment(event, connection);
        break;
    case TLOG_STATE:
        fold_state(model, event, connection);
        break;
    case TLOG_TIMER_SET:
    case TLOG_TIMER_FIRE:
    case TLOG_TIMER_STOP:
        fold_timer(event, connection);
        break;
    case TLOG_VAR:
        fold_variables(event, connection);
        break;
    case TLOG_RET:
        fold_return(event, connection);
        break;
    case TLOG_APP:
        fold_delivery(event, connection);
        break;
    case TLOG_PEER:
        fold_peer(event, connection);
        break;
    case TLOG_WIRE_ACT:
    case TLOG_RULE:
    case TLOG_CALL:
    case TLOG_HTTP:
    case TLOG_DNS:
    case TLOG_CMD:
    case TLOG_NOTE:
    case TLOG_PREDICT:
    case TLOG_CHECK:
    case TLOG_DROP:
    case TLOG_LOST:
    case TLOG_KINDS:
        break;
    }
}

/* Those that are about packets, or about a node. */
static int fold_world(struct model *model, const struct tlog_event *event) {
    switch ((enum tlog_kind)event->kind) {
    case TLOG_SEG_TX:
        return model_flight_begin(model, event);
    case TLOG_SEG_RX:
        model_flight_end(model, event->u.segment.id);
        break;
    case TLOG_DROP:
        model_flight_end(model, (uint64_t)event->u.say.count);
        break;
    case TLOG_WIRE_ACT:
        return model_flight_wire(model, event);
    case TLOG_CMD:
        fold_command(model, event);
        break;
    case TLOG_APP:
        if (event->u.say.k.length == 5 && !memcmp(event->u.say.k.at, "crash", 5)) {
            fold_crash(model, event->node, event);
        }
        break;
    case TLOG_STATE:
    case TLOG_RULE:
    case TLOG_TIMER_SET:
    case TLOG_TIMER_FIRE:
    case TLOG_TIMER_STOP:
    case TLOG_VAR:
    case TLOG_CALL:
    case TLOG_RET:
    case TLOG_HTTP:
    case TLOG_DNS:
    case TLOG_PEER:
    case TLOG_NOTE:
    case TLOG_PREDICT:
    case TLOG_CHECK:
    case TLOG_LOST:
    case TLOG_KINDS:
        break;
    }
    return 0;
}

static int fold(struct model *model, const struct tlog_event *event) {
    struct model_connection *connection = of_event(model, event);
    if (event->c && event->node < TLOG_NODES_MAX && !connection) {
        return -1;
    }
    if (connection) {
        fold_connection(model, event, connection);
    }
    return fold_world(model, event);
}

/* ---- a model ---- */

static unsigned row_count(void) {
    unsigned count = 0;
    while (lucid_fsm_row(count)) {
        count++;
    }
    return count;
}

struct model *model_new(const struct tlog *log) {
    struct model *model = calloc(1, sizeof *model);
    unsigned rows = row_count();
    if (!model) {
        return NULL;
    }
    model->log = log;
    for (unsigned i = 0; i < TLOG_NODES_MAX; i++) {
        model->node[i].edge_visits = calloc(rows, sizeof(uint16_t));
        if (!model->node[i].edge_visits) {
            model_free(model);
            return NULL;
        }
    }
    return model;
}

void model_free(struct model *model) {
    if (!model) {
        return;
    }
    for (unsigned i = 0; i < TLOG_NODES_MAX; i++) {
        free(model->node[i].connection);
        free(model->node[i].edge_visits);
    }
    free(model->flight);
    free(model);
}

/* To the beginning. What was allocated is kept for what comes; only the lists of connections grow by their length. */
static void begin_again(struct model *model) {
    unsigned rows = row_count();
    for (unsigned i = 0; i < TLOG_NODES_MAX; i++) {
        struct model_node *node = &model->node[i];
        free(node->connection);
        node->connection = NULL;
        node->connections = 0;
        memset(node->edge_visits, 0, rows * sizeof *node->edge_visits);
    }
    model->at = 0;
    model->now = 0;
    model->flights = 0;
}

int model_goto(struct model *model, uint32_t n) {
    if (n < model->at) {
        begin_again(model);
    }
    while (model->at < n) {
        const struct tlog_event *event = tlog_at(model->log, model->at + 1);
        if (!event) {
            return 0;
        }
        model->at++;
        model->now = event->t;
        if (fold(model, event) < 0) {
            return -1;
        }
    }
    return 0;
}

/* ---- questions ---- */

struct model_connection *model_newest(const struct model *model, unsigned node) {
    const struct model_node *place = node < TLOG_NODES_MAX ? &model->node[node] : NULL;
    struct model_connection *listener = NULL;
    for (unsigned i = place ? place->connections : 0; i-- > 0;) {
        struct model_connection *connection = &place->connection[i];
        if (!connection->listener) {
            return connection;
        }
        listener = listener ? listener : connection;
    }
    return listener;
}

struct model_connection *model_peer(const struct model *model, unsigned of, const struct model_connection *connection,
                                    unsigned *node) {
    for (unsigned i = 0; i < TLOG_NODES_MAX; i++) {
        const struct model_node *place = &model->node[i];
        for (unsigned at = place->connections; at-- > 0;) {
            struct model_connection *other = &place->connection[at];
            if (!other->listener && (i != of || other != connection) && same_end(&other->local, &connection->remote) &&
                same_end(&other->remote, &connection->local)) {
                *node = i;
                return other;
            }
        }
    }
    return NULL;
}
