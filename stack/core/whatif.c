/* whatif.c: the names of the rules that can be taken away. See lucid/whatif.h. Compiled for the lab only. */
#include "lucid/whatif.h"

#include "core/stack.h"

/* base/whatif.h says why. */
_Static_assert(offsetof(struct env, spare_chunks) == offsetof(struct env, without) + sizeof(uint32_t), "a hole");

struct rule {
    const char *name, *rule, *sentence;
};

/* In the order of the bits. */
static const struct rule rules[] = {
    {"three-way", "9293:3.5", "the third message is not awaited by the passive end, nor sent by the active one"},
    {"time-wait", "9293:MUST-13", "TIME-WAIT ends at the moment it begins"},
    {"quiet-isn", "9293:MUST-8", "every connection begins at sequence number 0, which anybody can guess"},
    {"checksum", "9293:MUST-3", "the checksum of an arriving segment is not looked at"},
    {"seq-check", "9293:3.10.7.4/1", "octets left of RCV.NXT are not known to be old: they are delivered again"},
    {"persist", "9293:MUST-36", "nobody probes a zero window"},
    {"window", "9293:3.8.6", "the sender sends whatever the receiver's window is"},
    {"backoff", "9293:MUST-19", "the retransmission time-out does not double"},
    {"karn", "9293:MUST-18", "a segment that was sent again is timed as if its ACK were for the latest copy"},
    {"nagle", "9293:SHLD-7", "a small segment does not wait for the ACK of the one before"},
    {"delayed-ack", "9293:SHLD-18", "every segment is acknowledged at once"},
    {"slow-start", "5681:3.1", "the congestion window begins as wide as it may become"},
    {"fast-retransmit", "5681:3.2/3", "duplicate ACKs say nothing: a loss is noticed by the time-out only"},
    {"rst-validation", "5961:3.2", "a RST anywhere in the window resets the connection"},
    {"half-close", "9293:3.6", "after its own FIN an end takes no more data"},
    {"sws", "9293:MUST-38", "neither end avoids the silly window: any octet of window is offered, and used"},
};

static const unsigned RULES = sizeof rules / sizeof rules[0];
_Static_assert(1u << (sizeof rules / sizeof rules[0]) == LUCID_WHATIF_END, "a rule for each bit");

static const struct rule *rule_of(unsigned bit) {
    for (unsigned i = 0; i < RULES; i++) {
        if (bit == 1u << i) {
            return &rules[i];
        }
    }
    return NULL;
}

static bool same(const char *a, const char *b) {
    while (*a && *a == *b) {
        a++;
        b++;
    }
    return *a == *b;
}

void lucid_whatif_set(struct lucid_stack *stack, unsigned without) {
    stack->env.without = without & (LUCID_WHATIF_END - 1);
}

unsigned lucid_whatif_get(const struct lucid_stack *stack) {
    return stack->env.without;
}

unsigned lucid_whatif_find(const char *name) {
    for (unsigned i = 0; i < RULES; i++) {
        if (same(rules[i].name, name)) {
            return 1u << i;
        }
    }
    return 0;
}

const char *lucid_whatif_name(unsigned bit) {
    const struct rule *rule = rule_of(bit);
    return rule ? rule->name : NULL;
}

const char *lucid_whatif_rule(unsigned bit) {
    const struct rule *rule = rule_of(bit);
    return rule ? rule->rule : NULL;
}

const char *lucid_whatif_sentence(unsigned bit) {
    const struct rule *rule = rule_of(bit);
    return rule ? rule->sentence : NULL;
}
