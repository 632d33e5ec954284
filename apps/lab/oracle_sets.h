/* oracle_sets.h: sets of states and of classes of events, as ev_kinds.def, stages.def, legal.def and hints.def write
 * them. */
#ifndef LAB_ORACLE_SETS_H
#define LAB_ORACLE_SETS_H

#include "lab/student/fsm.h"

#define S(state) (1u << (state))
#define C(kind) (1u << (kind))
#define ANY_STATE (S(TCP_STATES) - 1u)
#define OPENING (S(SYN_SENT) | S(SYN_RECEIVED))
#define SYNCHRONIZED (ANY_STATE & ~(S(CLOSED) | S(LISTEN) | OPENING))

#endif
