/* machine.c: another machine in the place of fsm.def, for the lab, which links what students have written into a stack.
 * See lucid/whatif.h. Compiled for the lab only.
 *
 * A stack of the lab must look as every other one does, to tests too: so the machines are kept here, by stack.
 */
#include "core/stack.h"
#include "lucid/whatif.h"
#include "tcp/fsm.h"

#define MACHINES 8

static struct machine {
    const struct env *env;
    lucid_machine_ask *ask;
    void *user;
    struct fsm_row row;
} machines[MACHINES];

static const char *const event_names[] = {
#define FSM_EVENT(name, text) #name,
#include "tcp/fsm.def"
};

static struct machine *find(const struct env *env) {
    for (unsigned i = 0; i < MACHINES; i++) {
        if (machines[i].env == env) {
            return &machines[i];
        }
    }
    return NULL;
}

bool lucid_whatif_machine(struct lucid_stack *stack, lucid_machine_ask *ask, void *user) {
    struct machine *machine = find(&stack->env);
    if (!machine) {
        machine = find(NULL);
    }
    if (!machine) {
        return false;
    }
    *machine = (struct machine){.env = ask ? &stack->env : NULL, .ask = ask, .user = user};
    return true;
}

/* The actions of a row that does this, and those that follow from where it goes. */
static unsigned actions_of(const struct lucid_machine_answer *answer) {
    static const struct {
        unsigned sent, action;
    } table[] = {
        {LUCID_MACHINE_FIN, ACTION_SEND_FIN},     {LUCID_MACHINE_RST, ACTION_SEND_RST},
        {LUCID_MACHINE_2MSL, ACTION_START_2MSL},  {LUCID_MACHINE_CONNECTED, ACTION_TELL_CONNECTED},
        {LUCID_MACHINE_END, ACTION_TELL_END},     {LUCID_MACHINE_REFUSED, ACTION_TELL_REFUSED},
        {LUCID_MACHINE_RESET, ACTION_TELL_RESET}, {LUCID_MACHINE_TIMED_OUT, ACTION_TELL_TIMED_OUT},
    };
    unsigned actions = 0;
    for (unsigned i = 0; i < sizeof table / sizeof table[0]; i++) {
        actions |= answer->sent & table[i].sent ? table[i].action : 0;
    }
    bool syn = answer->sent & LUCID_MACHINE_SYN, ack = answer->sent & LUCID_MACHINE_ACK;
    actions |= syn && ack ? ACTION_SEND_SYN_ACK : syn ? ACTION_SEND_SYN : ack ? ACTION_SEND_ACK : 0;
    actions |= answer->to & (LUCID_CLOSED | LUCID_LISTEN) ? ACTION_DELETE : 0;
    return actions | (answer->to == LUCID_FIN_WAIT_2 ? ACTION_START_FIN_WAIT_2 : 0);
}

const struct fsm_row *machine_row(const struct env *env, unsigned state, unsigned event, unsigned guards,
                                  const struct fsm_row *row) {
    struct machine *machine = find(env);
    struct lucid_machine_answer answer = {.to = state};
    struct lucid_machine_question question = {
        .at = state,
        .event = event_names[event],
        .passive = guards & (1u << GUARD_PASSIVE),
        .queued = state & (LUCID_SYN_SENT | LUCID_SYN_RECEIVED) && !(guards & (1u << GUARD_NOTHING_QUEUED)),
    };
    if (!machine || !machine->ask(machine->user, &question, &answer)) {
        return row;
    }
    if (answer.to == state && answer.sent == 0) {
        return NULL;
    }
    machine->row = (struct fsm_row){
        .from = state,
        .event = (enum fsm_event)event,
        .guard = GUARD_ALWAYS,
        .to = answer.to,
        .actions = actions_of(&answer),
        .rule = "another machine",
        .source = LUCID_FSM_EXT,
    };
    return &machine->row;
}
