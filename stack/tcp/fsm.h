/* fsm.h: the state machine as the rest of TCP uses it. The machine itself is fsm.def; read that first.
 *
 * An event is fired at a connection, a listener or a TIME-WAIT record. If a row holds, the state changes here and
 * nowhere else, the change is traced, and the row's actions are returned or left pending; nothing else happens inside,
 * so nothing re-enters.
 */
#ifndef TCP_FSM_H
#define TCP_FSM_H

#include "lucid/trace.h"

struct tcb;
struct tcp;
struct listener;
struct timewait;

enum fsm_event {
#define FSM_EVENT(name, text) EVENT_##name,
#include "tcp/fsm.def"
    FSM_EVENTS
};

enum fsm_guard {
#define FSM_GUARD(name, text) GUARD_##name,
#include "tcp/fsm.def"
    FSM_GUARDS
};

enum fsm_action_index {
#define FSM_ACTION(name, text) ACTION_INDEX_##name,
#include "tcp/fsm.def"
    FSM_ACTIONS
};

/* Actions as bits, for sets of them. */
enum fsm_action {
#define FSM_ACTION(name, text) ACTION_##name = 1 << ACTION_INDEX_##name,
#include "tcp/fsm.def"
};

struct fsm_row {
    unsigned from; /* OR of enum lucid_tcp_state */
    enum fsm_event event;
    enum fsm_guard guard;
    unsigned to;
    unsigned actions; /* OR of enum fsm_action */
    const char *rule;
    enum lucid_fsm_source source;
};

/* Sets of states that several steps of 3.10.7.4 ask for. */
#define STATES_DATA_IN (LUCID_ESTABLISHED | LUCID_FIN_WAIT_1 | LUCID_FIN_WAIT_2)
#define STATES_DATA_OUT (LUCID_ESTABLISHED | LUCID_CLOSE_WAIT | LUCID_FIN_WAIT_1 | LUCID_CLOSING | LUCID_LAST_ACK)
#define STATES_SYNCHRONIZED (STATES_DATA_IN | LUCID_CLOSE_WAIT | LUCID_CLOSING | LUCID_LAST_ACK | LUCID_TIME_WAIT)

/* The row for a state, an event and the guards that hold (bits 1 << enum fsm_guard), or NULL. */
const struct fsm_row *fsm_lookup(unsigned state, enum fsm_event event, unsigned guards);

/* All rows, for tests and the public view. */
extern const struct fsm_row fsm_rows[];
extern const unsigned fsm_row_count;

/* Fires an event: changes the state, traces it, adds the actions to tcb->pending. Returns the row, or NULL: nothing
 * changed. */
const struct fsm_row *fsm_fire(struct tcp *tcp, struct tcb *tcb, enum fsm_event event);

/* The same for what is not a TCB. The caller carries out the actions of the row. */
const struct fsm_row *fsm_fire_listener(struct tcp *tcp, struct listener *listener, enum fsm_event event);
const struct fsm_row *fsm_fire_timewait(struct tcp *tcp, struct timewait *record, enum fsm_event event);

/* First state of a TCB: CLOSED for connect; LISTEN for the child of a listener, or TIME-WAIT when the child takes the
 * place of such a record: the SYN that made it is fired next. */
void fsm_begin(struct tcb *tcb, enum lucid_tcp_state state);

/* First state of a listener: CLOSED. */
void fsm_begin_listener(struct listener *listener);

#endif
