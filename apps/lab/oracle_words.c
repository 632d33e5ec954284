/* oracle_words.c: states, events, answers and places of the RFC in words. See oracle.h. */
#include <stdio.h>
#include <string.h>

#include "lab/oracle.h"
#include "lucid/trace.h"

static const char *const KIND_NAMES[EV_KINDS] = {
#define EVENT_CLASS(kind, name, facts, states, compared) [kind] = name,
#include "lab/ev_kinds.def"
};

const char *oracle_state_name(enum tcp_state state) {
    if (state == NOT_WRITTEN) {
        return "not written";
    }
    return state < TCP_STATES ? lucid_state_name(1u << state) : "no state";
}

const char *oracle_kind_name(enum ev_kind kind) {
    return KIND_NAMES[kind];
}

static void put_word(struct text *text, size_t begin, const char *between, const char *word) {
    text_put(text, text->length > begin ? between : "");
    text_put(text, word);
}

static void put_set(struct text *text, unsigned set, const char *const *names, unsigned count, const char *between) {
    size_t begin = text->length;
    for (unsigned i = 0; i < count; i++) {
        if (set & (1u << i)) {
            put_word(text, begin, between, names[i]);
        }
    }
}

void oracle_put_out(struct text *text, unsigned out) {
    static const char *const flags[] = {"SYN", "ACK", "FIN", "RST"};
    static const char *const tells[] = {"connected", "end of stream", "refused", "reset", "timed out"};
    size_t begin = text->length;
    put_set(text, out & 15u, flags, 4, ",");
    if (out & OUT_2MSL) {
        put_word(text, begin, ", ", "start 2MSL");
    }
    if (out & OUT_TELLS) {
        put_word(text, begin, ", ", "tell ");
        put_set(text, out >> OUT_TELL_SHIFT, tells, 5, " and ");
    }
    text_put(text, text->length > begin ? "" : "nothing");
}

/* The step of "9293:3.10.7.4/8/FIN-WAIT-1" in words; "" where there is none. */
static const char *step_of(const char *behind) {
    static const char *const steps[] = {"first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth"};
    bool step = behind[0] == '/' && behind[1] >= '1' && behind[1] <= '8' && (behind[2] == '/' || !behind[2]);
    return step ? steps[behind[1] - '1'] : "";
}

/* Its section, "3.10.7.4", with the RFC unless that is 9293; then the step. last: the section before. */
static void put_rule(struct text *text, const char *rule, char last[40]) {
    size_t rfc = strcspn(rule, ":");
    const char *section = rule + rfc + 1;
    size_t length = strcspn(section, "/");
    const char *step = step_of(section + length);
    if (strlen(last) == length && !strncmp(last, section, length)) {
        text_format(text, *step ? " + %s" : "%s", step);
        return;
    }
    text_put(text, *last ? "; " : "");
    if (strncmp(rule, "9293", 4)) {
        text_format(text, "RFC %.*s ", (int)rfc, rule);
    }
    text_put_octets(text, section, length);
    text_format(text, *step ? " %s" : "%s", step);
    snprintf(last, 40, "%.*s", (int)length, section);
}

void oracle_put_where(struct text *text, const struct oracle_answer *answer) {
    char last[40] = "";
    for (unsigned i = 0; i < answer->rows; i++) {
        put_rule(text, lucid_fsm_row((unsigned)answer->row[i])->rule, last);
    }
    if (!answer->rows && answer->rule) {
        put_rule(text, answer->rule, last);
    }
}

void oracle_put_case(struct text *text, const struct oracle_case *at) {
    text_format(text, "%s + %s", oracle_state_name(at->s), oracle_kind_name(at->kind));
    if (at->s == SYN_RECEIVED) {
        text_put(text, at->passive ? " (passive open" : " (active open");
        text_put(text, at->kind == CLOSE ? at->queued ? ", data queued)" : ", nothing queued)" : ")");
    }
}
