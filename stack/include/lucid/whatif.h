/* whatif.h: take one rule of TCP away, and see what it was for.
 *
 * Only the lab's own build of the stack (-DLUCID_WHATIF) has these functions. In the library that everybody else links
 * a switch is the constant false: it has none of this, and scripts/check_whatif proves it. Each switch is one bit,
 * tested at the branch that carries the rule's citation; with all bits clear both builds do the same.
 *
 * What stays in force is everything else, the other end included: the world that results is not a simpler TCP, but a
 * broken one. The second opinion on a connection (stack/tcp/check.h), which would end it for that, is silent meanwhile.
 */
#ifndef LUCID_WHATIF_H
#define LUCID_WHATIF_H

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

struct lucid_stack;

enum lucid_whatif {
    LUCID_WITHOUT_THREE_WAY = 1 << 0,
    LUCID_WITHOUT_TIME_WAIT = 1 << 1,
    LUCID_WITHOUT_QUIET_ISN = 1 << 2,
    LUCID_WITHOUT_CHECKSUM = 1 << 3,
    LUCID_WITHOUT_SEQ_CHECK = 1 << 4,
    LUCID_WITHOUT_PERSIST = 1 << 5,
    LUCID_WITHOUT_WINDOW = 1 << 6,
    LUCID_WITHOUT_BACKOFF = 1 << 7,
    LUCID_WITHOUT_KARN = 1 << 8,
    LUCID_WITHOUT_NAGLE = 1 << 9,
    LUCID_WITHOUT_DELAYED_ACK = 1 << 10,
    LUCID_WITHOUT_SLOW_START = 1 << 11,
    LUCID_WITHOUT_FAST_RETRANSMIT = 1 << 12,
    LUCID_WITHOUT_RST_VALIDATION = 1 << 13,
    LUCID_WITHOUT_HALF_CLOSE = 1 << 14,
    LUCID_WITHOUT_SWS = 1 << 15,
};

/* One past the highest bit. */
#define LUCID_WHATIF_END (1u << 16)

/* From now on this stack does without the rules of these bits (OR of enum lucid_whatif); 0: with all of them. */
void lucid_whatif_set(struct lucid_stack *stack, unsigned without);

/* Which rules this stack does without. */
unsigned lucid_whatif_get(const struct lucid_stack *stack);

/* The bit of a name, "three-way"; 0: there is no such switch. */
unsigned lucid_whatif_find(const char *name);

/* Of one bit: its name; the rule that goes, "9293:MUST-36"; and in one sentence what is no longer done. NULL when
 * there is no such bit. */
const char *lucid_whatif_name(unsigned bit);
const char *lucid_whatif_rule(unsigned bit);
const char *lucid_whatif_sentence(unsigned bit);

/* ---- another machine in the place of stack/tcp/fsm.def ---- */

/* What is sent and told. */
enum lucid_machine_sent {
    LUCID_MACHINE_SYN = 1 << 0,
    LUCID_MACHINE_ACK = 1 << 1, /* with SYN: a SYN,ACK */
    LUCID_MACHINE_FIN = 1 << 2,
    LUCID_MACHINE_RST = 1 << 3,
    LUCID_MACHINE_2MSL = 1 << 4,
    LUCID_MACHINE_CONNECTED = 1 << 5,
    LUCID_MACHINE_END = 1 << 6,
    LUCID_MACHINE_REFUSED = 1 << 7,
    LUCID_MACHINE_RESET = 1 << 8,
    LUCID_MACHINE_TIMED_OUT = 1 << 9,
};

struct lucid_machine_question {
    unsigned at;       /* enum lucid_tcp_state */
    const char *event; /* of fsm.def, "RCV_ACK_OF_FIN" */
    bool passive, queued;
};

struct lucid_machine_answer {
    unsigned to;   /* enum lucid_tcp_state */
    unsigned sent; /* OR of enum lucid_machine_sent */
};

/* Asked at every event instead of the table. False: the table decides. */
typedef bool lucid_machine_ask(void *user, const struct lucid_machine_question *question,
                               struct lucid_machine_answer *answer);

/* From now on this stack goes where ask() says; ask NULL: where fsm.def says, as it must before the stack is destroyed.
 * Returns false when too many stacks have a machine already. */
bool lucid_whatif_machine(struct lucid_stack *stack, lucid_machine_ask *ask, void *user);

#ifdef __cplusplus
}
#endif

#endif
