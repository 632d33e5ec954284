/* oracle.h: what RFC 9293 answers where a student's machine (student/fsm.h) is asked.
 *
 * The oracle has no transitions of its own: it puts the facts of an event into the RFC's order (3.10.7.1 to 4) and
 * fires the rows of stack/tcp/fsm.def, as lucid_fsm_row() shows them, one fact after the other. Where the RFC leaves a
 * choice, legal.def has the other answers. Where no row says anything and the RFC disagrees with the stack on whether
 * there should be one (Appendix A, E04 and E50), nothing is asked.
 */
#ifndef LAB_ORACLE_H
#define LAB_ORACLE_H

#include <stdbool.h>

#include "common/text.h"
#include "lab/student/fsm.h"

/* What is sent and told, as bits. */
enum oracle_out {
    OUT_SYN = 1 << 0,
    OUT_ACK = 1 << 1,
    OUT_FIN = 1 << 2,
    OUT_RST = 1 << 3,
    OUT_2MSL = 1 << 4,
    OUT_TELL_CONNECTED = 1 << 5,
    OUT_TELL_END = 1 << 6,
    OUT_TELL_REFUSED = 1 << 7,
    OUT_TELL_RESET = 1 << 8,
    OUT_TELL_TIMED_OUT = 1 << 9,
    OUT_TELLS = 31 << 5,
    OUT_ALL = (1 << 10) - 1
};
#define OUT_TELL_SHIFT 5

/* What the machine is asked. */
struct oracle_case {
    enum tcp_state s;
    enum ev_kind kind;
    bool passive, queued;
};

#define ORACLE_ROWS_MAX 3

struct oracle_answer {
    enum tcp_state to;
    unsigned out;             /* OR of enum oracle_out */
    int row[ORACLE_ROWS_MAX]; /* of lucid_fsm_row(), those that fired, in this order */
    unsigned rows;
    const char *rule; /* where none fired: what says so */
};

/* Can it happen, and is there one answer to it? */
bool oracle_asks(const struct oracle_case *at);

/* The facts of such a segment in this state, enum fact; 0 of what is no segment. */
unsigned oracle_facts(const struct oracle_case *at);

struct oracle_answer oracle_answer(const struct oracle_case *at);

/* Is it right to go there and send and tell this? *why: the reason of legal.def where that is not the RFC's own way,
 * else NULL. */
bool oracle_allows(const struct oracle_case *at, enum tcp_state to, unsigned out, const char **why);

/* The connection after such an event, if it goes there: what it came from, and whether data waits. kind is left open.
 */
struct oracle_case oracle_after(const struct oracle_case *at, enum tcp_state to);

/* "FIN-WAIT-1"; "FIN + ACK of FIN". */
const char *oracle_state_name(enum tcp_state state);
const char *oracle_kind_name(enum ev_kind kind);

/* "SYN,ACK, told: connected"; "nothing". */
void oracle_put_out(struct text *text, unsigned out);

/* "3.10.7.4 fifth + eighth": where the RFC says so. */
void oracle_put_where(struct text *text, const struct oracle_answer *answer);

/* "ESTABLISHED + FIN"; "SYN-RECEIVED + RST exact (passive open)", where the origin or the queue matter. */
void oracle_put_case(struct text *text, const struct oracle_case *at);

#endif
