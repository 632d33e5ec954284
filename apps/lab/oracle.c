/* oracle.c: the RFC's order of the facts, over the rows of fsm.def. See oracle.h.
 *
 * Read arrives() beside RFC 9293 3.10.7.4: it is the eight steps, and each step either says what is sent or fires an
 * event of fsm.def. It never says which state follows.
 */
#include <string.h>

#include "lab/oracle.h"
#include "lab/oracle_sets.h"
#include "lucid/trace.h"

#define BEFORE_WINDOW (S(CLOSED) | S(LISTEN) | S(SYN_SENT))
#define FIN_HAS_COME (S(CLOSE_WAIT) | S(CLOSING) | S(LAST_ACK) | S(TIME_WAIT))
#define QUEUE_MATTERS (OPENING | S(ESTABLISHED) | S(CLOSE_WAIT))

_Static_assert((int)LUCID_TIME_WAIT == 1 << TIME_WAIT, "the states stand in one order everywhere");

static const struct class {
    const char *name;
    unsigned facts, states, compared;
} CLASSES[EV_KINDS] = {
#define EVENT_CLASS(kind, name, facts, states, compared) [kind] = {name, facts, states, compared},
#include "lab/ev_kinds.def"
};

enum when { ANY, PASSIVE, ACTIVE, NOTHING_QUEUED, QUEUED };
enum how { HOW_STAY, HOW_GO, HOW_FIRE, HOW_AS_RFC };
#define STAY HOW_STAY, 0, NULL
#define GO(state) HOW_GO, state, NULL
#define FIRE(event) HOW_FIRE, 0, event
#define AS_RFC HOW_AS_RFC, 0, NULL
#define OF_ROW (-1)

struct legal {
    unsigned states, classes;
    enum when when;
    enum how how;
    int go;
    const char *event;
    int sent;
    unsigned may;
    const char *reason;
};

/* Three macro arguments come out of `how`. */
#define LEGAL(states, classes, when, how, sent, may, reason) {states, classes, when, how, sent, may, reason},
static const struct legal LEGAL_ANSWERS[] = {
#include "lab/legal.def"
};

/* ---- firing rows ---- */

struct walk {
    const struct oracle_case *at;
    bool old_rules; /* RFC 5961 and RFC 1337 are off */
    struct oracle_answer answer;
};

static bool guard_holds(const struct walk *walk, const char *guard) {
    const struct {
        const char *name;
        bool holds;
    } guards[] = {
        {"ALWAYS", true},
        {"PASSIVE", walk->at->passive},
        {"PASSIVE_RFC793", walk->at->passive && walk->old_rules},
        {"ACTIVE", !walk->at->passive},
        {"NOTHING_QUEUED", !walk->at->queued},
        {"RFC1337", !walk->old_rules},
        {"NOT_RFC1337", walk->old_rules},
    };
    for (unsigned i = 0; i < sizeof guards / sizeof guards[0]; i++) {
        if (!strcmp(guard, guards[i].name)) {
            return guards[i].holds;
        }
    }
    return false;
}

static unsigned out_of_actions(const char *actions) {
    static const struct {
        const char *action;
        unsigned out;
    } table[] = {
        {"SEND_SYN_ACK", OUT_SYN | OUT_ACK},
        {"SEND_SYN", OUT_SYN},
        {"SEND_ACK", OUT_ACK},
        {"SEND_FIN", OUT_FIN},
        {"SEND_RST", OUT_RST},
        {"START_2MSL", OUT_2MSL},
        {"TELL_CONNECTED", OUT_TELL_CONNECTED},
        {"TELL_END", OUT_TELL_END},
        {"TELL_REFUSED", OUT_TELL_REFUSED},
        {"TELL_RESET", OUT_TELL_RESET},
        {"TELL_TIMED_OUT", OUT_TELL_TIMED_OUT},
    };
    unsigned out = 0;
    while (*actions) {
        size_t length = strcspn(actions, " |");
        for (unsigned i = 0; i < sizeof table / sizeof table[0]; i++) {
            if (length == strlen(table[i].action) && !strncmp(actions, table[i].action, length)) {
                out |= table[i].out;
            }
        }
        actions += length + strspn(actions + length, " |");
    }
    return out;
}

static enum tcp_state state_of_bit(unsigned bit) {
    return (enum tcp_state)__builtin_ctz(bit);
}

/* Fires an event in the state that the rows before have led to. False when no row holds. */
static bool fire(struct walk *walk, const char *event) {
    struct oracle_answer *answer = &walk->answer;
    const struct lucid_fsm_row *row;
    for (unsigned i = 0; (row = lucid_fsm_row(i)); i++) {
        if ((row->from & S(answer->to)) && !strcmp(row->event, event) && guard_holds(walk, row->guard)) {
            answer->to = state_of_bit(row->to);
            answer->out |= out_of_actions(row->actions);
            if (answer->rows < ORACLE_ROWS_MAX) {
                answer->row[answer->rows++] = (int)i;
            }
            return true;
        }
    }
    return false;
}

static void say(struct walk *walk, unsigned out, const char *rule) {
    walk->answer.out |= out;
    walk->answer.rule = rule;
}

/* ---- 3.10.7, segments ---- */

static void arrives_closed(struct walk *walk, unsigned facts) {
    say(walk, facts & FACT_RST ? 0 : OUT_RST, "9293:3.10.7.1");
}

static void arrives_listen(struct walk *walk, unsigned facts) {
    if (facts & FACT_RST) {
        say(walk, 0, "9293:3.10.7.2/1");
        return;
    }
    if (facts & FACT_ACK) {
        say(walk, OUT_RST, "9293:3.10.7.2/2");
        return;
    }
    if (!(facts & FACT_SYN) || !fire(walk, "RCV_SYN")) {
        say(walk, 0, "9293:3.10.7.2/4");
    }
}

static void arrives_syn_sent(struct walk *walk, unsigned facts) {
    if (facts & FACT_ACK_BAD) {
        say(walk, facts & FACT_RST ? 0 : OUT_RST, "9293:3.10.7.3/1");
        return;
    }
    if (facts & FACT_RST) {
        say(walk, 0, "9293:3.10.7.3/2");
        if (facts & FACT_ACK) {
            fire(walk, "RCV_RST");
        }
        return;
    }
    if (!(facts & FACT_SYN) || !fire(walk, facts & FACT_ACK ? "RCV_SYN_ACK" : "RCV_SYN")) {
        say(walk, 0, "9293:3.10.7.3/5");
    }
}

/* The second step. TIME-WAIT gives no answer to what it does not believe (RFC 1337). */
static void resets(struct walk *walk, unsigned facts) {
    if (!(facts & FACT_IN_WINDOW)) {
        say(walk, 0, "9293:3.10.7.4/1");
        return;
    }
    if (facts & FACT_EXACT) {
        fire(walk, "RCV_RST");
        return;
    }
    say(walk, walk->at->s == TIME_WAIT ? 0 : OUT_ACK, "5961:3.2");
}

/* The fifth step; false: the segment is dropped there. */
static bool acknowledges(struct walk *walk, unsigned facts) {
    if (walk->answer.to == SYN_RECEIVED && !(facts & FACT_ACK_OF_SYN)) {
        say(walk, OUT_RST, "9293:3.10.7.4/5/SYN-RECEIVED");
        return false;
    }
    if (facts & FACT_ACK_OF_SYN) {
        fire(walk, "RCV_ACK_OF_SYN");
    }
    if (facts & FACT_ACK_OF_FIN) {
        fire(walk, "RCV_ACK_OF_FIN");
    }
    return true;
}

/* The seventh and the eighth step. Text behind the peer's FIN is ignored; in TIME-WAIT not in silence
 * (docs/decisions/0025). */
static void text_and_fin(struct walk *walk, unsigned facts) {
    bool takes_text = S(walk->answer.to) & (S(ESTABLISHED) | S(FIN_WAIT_1) | S(FIN_WAIT_2));
    if (facts & FACT_DATA) {
        say(walk, takes_text || walk->answer.to == TIME_WAIT ? OUT_ACK : 0, "9293:3.10.7.4/7");
    }
    if ((facts & FACT_FIN) && !fire(walk, "RCV_FIN")) {
        say(walk, OUT_ACK, "9293:3.10.7.4/8");
    }
}

/* In TIME-WAIT two segments are known before the first step looks at their numbers: the peer's FIN once more, and a SYN
 * that is newer than all of the old connection. */
static bool known_in_time_wait(struct walk *walk, unsigned facts) {
    if (walk->at->s != TIME_WAIT || (facts & FACT_RST)) {
        return false;
    }
    if (facts & FACT_FIN) {
        return fire(walk, "RCV_FIN");
    }
    return (facts & FACT_SYN) && !(facts & FACT_ACK) && fire(walk, "RCV_NEW_SYN");
}

static void arrives(struct walk *walk, unsigned facts) {
    if (known_in_time_wait(walk, facts)) {
        return;
    }
    if (facts & FACT_RST) {
        resets(walk, facts);
        return;
    }
    if (!(facts & FACT_IN_WINDOW)) {
        say(walk, OUT_ACK, "9293:3.10.7.4/1");
        return;
    }
    /* Figure 7, Appendix A.2: the SYN,ACK of a simultaneous open repeats a SYN that is known, and its ACK counts. */
    bool crossing = walk->at->s == SYN_RECEIVED && !walk->at->passive && (facts & FACT_ACK_OF_SYN);
    if ((facts & FACT_SYN) && !crossing) {
        say(walk, OUT_ACK, "5961:4.2");
        return;
    }
    walk->answer.rule = "9293:3.10.7.4/5";
    if (acknowledges(walk, facts)) {
        text_and_fin(walk, facts);
    }
}

static void segment(struct walk *walk) {
    unsigned facts = oracle_facts(walk->at);
    if (walk->at->s == CLOSED) {
        arrives_closed(walk, facts);
    } else if (walk->at->s == LISTEN) {
        arrives_listen(walk, facts);
    } else if (walk->at->s == SYN_SENT) {
        arrives_syn_sent(walk, facts);
    } else {
        arrives(walk, facts);
    }
}

/* ---- calls and timers ---- */

static const struct {
    const char *event; /* of fsm.def; NULL: nothing in the table */
    const char *rule;  /* where there is no row */
} CALLS[] = {
    [OPEN_ACTIVE] = {"OPEN_ACTIVE", "9293:3.10.1"},
    [OPEN_PASSIVE] = {"OPEN_PASSIVE", "9293:3.10.1"},
    [SEND] = {"SEND", "9293:3.10.2"},
    [CLOSE] = {"CLOSE", "9293:3.10.4"},
    [ABORT] = {"ABORT", "9293:3.10.5"},
    [TIMEOUT_2MSL] = {"TIMEOUT_2MSL", "9293:3.10.8"},
    [TIMEOUT_USER] = {"TIMEOUT_USER", "9293:3.10.8"},
    [TIMEOUT_RTO] = {"TIMEOUT_RTO", "9293:3.10.8"},
};

static bool is_segment(enum ev_kind kind) {
    return kind >= SEG_SYN;
}

static struct walk walk_begin(const struct oracle_case *at, bool old_rules) {
    return (struct walk){.at = at, .old_rules = old_rules, .answer = {.to = at->s}};
}

struct oracle_answer oracle_answer(const struct oracle_case *at) {
    struct walk walk = walk_begin(at, false);
    if (is_segment(at->kind)) {
        segment(&walk);
    } else if (!fire(&walk, CALLS[at->kind].event)) {
        walk.answer.rule = CALLS[at->kind].rule;
    }
    return walk.answer;
}

/* ---- what can be asked ---- */

unsigned oracle_facts(const struct oracle_case *at) {
    unsigned facts = CLASSES[at->kind].facts, here = S(at->s);
    if (here & BEFORE_WINDOW) {
        facts &= ~(unsigned)(FACT_EXACT | FACT_IN_WINDOW);
    }
    if ((here & FIN_HAS_COME) && (facts & FACT_FIN)) {
        facts &= ~(unsigned)FACT_IN_WINDOW;
    }
    bool new_ack = facts & (FACT_ACK_OF_SYN | FACT_ACK_OF_FIN);
    if ((here & (BEFORE_WINDOW | S(SYN_RECEIVED))) && (facts & FACT_ACK) && !new_ack) {
        facts |= FACT_ACK_BAD;
    }
    return facts;
}

/* Nothing waits where nothing can be sent yet, or any more; nobody was born of a SYN before SYN-RECEIVED; and no child
 * of a listener has sent a SYN that a SYN,ACK could answer. */
static bool can_be(const struct oracle_case *at) {
    if (at->queued && !(S(at->s) & QUEUE_MATTERS)) {
        return false;
    }
    if (at->passive && (S(at->s) & BEFORE_WINDOW)) {
        return false;
    }
    return !(at->passive && at->kind == SEG_SYN_ACK);
}

bool oracle_asks(const struct oracle_case *at) {
    if (!(CLASSES[at->kind].states & S(at->s)) || !can_be(at)) {
        return false;
    }
    /* Appendix A, E04 and E50: the RFC turns a listener into a client; where the table does not, nothing is asked. */
    bool turns = at->s == LISTEN && (at->kind == SEND || at->kind == OPEN_ACTIVE);
    return !turns || oracle_answer(at).rows > 0;
}

/* ---- other right answers ---- */

static bool when_holds(enum when when, const struct oracle_case *at) {
    switch (when) {
    case ANY:
        return true;
    case PASSIVE:
        return at->passive;
    case ACTIVE:
        return !at->passive;
    case NOTHING_QUEUED:
        return !at->queued;
    case QUEUED:
        return at->queued;
    }
    return false;
}

static bool same_but(unsigned a, unsigned b, unsigned may, unsigned compared) {
    return ((a ^ b) & compared & ~may) == 0;
}

static bool legal_allows(const struct legal *legal, const struct oracle_case *at, enum tcp_state to, unsigned out) {
    struct walk walk = walk_begin(at, true);
    if (legal->how == HOW_FIRE && !fire(&walk, legal->event)) {
        return false;
    }
    if (legal->how == HOW_GO) {
        walk.answer.to = (enum tcp_state)legal->go;
    }
    if (legal->how == HOW_AS_RFC) {
        walk.answer = oracle_answer(at);
    }
    unsigned sent = legal->sent == OF_ROW ? walk.answer.out : (unsigned)legal->sent;
    return walk.answer.to == to && same_but(sent, out, legal->may, CLASSES[at->kind].compared);
}

bool oracle_allows(const struct oracle_case *at, enum tcp_state to, unsigned out, const char **why) {
    struct oracle_answer answer = oracle_answer(at);
    *why = NULL;
    if (answer.to == to && same_but(answer.out, out, 0, CLASSES[at->kind].compared)) {
        return true;
    }
    for (unsigned i = 0; i < sizeof LEGAL_ANSWERS / sizeof LEGAL_ANSWERS[0]; i++) {
        const struct legal *legal = &LEGAL_ANSWERS[i];
        bool here = (legal->states & S(at->s)) && (legal->classes & C(at->kind)) && when_holds(legal->when, at);
        if (here && legal_allows(legal, at, to, out)) {
            *why = legal->reason;
            return true;
        }
    }
    return false;
}

/* ---- a life ---- */

struct oracle_case oracle_after(const struct oracle_case *at, enum tcp_state to) {
    struct oracle_case next = {.s = to, .passive = at->passive, .queued = at->queued};
    if (at->kind == SEND) {
        next.queued = true;
    }
    next.queued = next.queued && (S(to) & OPENING);
    if (at->s == LISTEN || (at->s == TIME_WAIT && to == SYN_RECEIVED)) {
        next.passive = true;
    }
    next.passive = next.passive && !(S(to) & BEFORE_WINDOW);
    return next;
}
