/* query_select.c: selectors: which events of the log `seg_tx(A,SYN)` means. What has been found stays found: a log only
 * grows, so each event is looked at once, however often a condition is asked.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lab/nearest.h"
#include "lab/query_private.h"

const char *const query_selector_names[] = {"seg_tx", "seg_rx", "wire", "state", "timer", "call",
                                            "ret",    "rule",   "app",  "http",  "cmd",   NULL};
static const char *const CLASSES[] = {"any", "SYN", "SYNACK", "FIN", "RST", "ACK", "DATA", NULL};
static const char *const ACTS[] = {"set", "fire", "stop", NULL};

int query_node_find(const struct query_names *names, const char *word, size_t length) {
    if (names->log) {
        int found = tlog_node_find(names->log, word, length);
        return found == TLOG_WIRE_NODE ? -1 : found;
    }
    for (unsigned i = 0; i < names->nodes; i++) {
        if (strlen(names->node[i]) == length && !memcmp(names->node[i], word, length)) {
            return (int)i;
        }
    }
    return -1;
}

unsigned query_state_find(const char *name, size_t length) {
    for (unsigned state = 1; state && state <= LUCID_TIME_WAIT; state <<= 1) {
        const char *known = lucid_state_name(state);
        if (strlen(known) == length && !memcmp(known, name, length)) {
            return state;
        }
    }
    return 0;
}

static int index_of(const char *const *list, const char *word) {
    for (int i = 0; list[i]; i++) {
        if (!strcmp(list[i], word)) {
            return i;
        }
    }
    return -1;
}

static int refuse(const char *const *list, const char *what, const char *word, char error[LAB_ERROR]) {
    const char *near = nearest_word(list, word, strlen(word));
    int length = snprintf(error, LAB_ERROR, "`%s` is no %s; ", word, what);
    if (near) {
        snprintf(error + length, LAB_ERROR - (size_t)length, "did you mean `%s`?", near);
        return -1;
    }
    length += snprintf(error + length, LAB_ERROR - (size_t)length, "expected one of");
    for (int i = 0; list[i] && length < LAB_ERROR - 30; i++) {
        length += snprintf(error + length, LAB_ERROR - (size_t)length, " %s", list[i]);
    }
    return -1;
}

#define NAMES_MAX 24

/* Names from the stack's or the log's own functions, as a list. */
static void names_of(const char *(*name)(unsigned), unsigned count, const char *list[NAMES_MAX]) {
    unsigned i = 0;
    for (; i < count && i < NAMES_MAX - 1; i++) {
        list[i] = name(i);
    }
    list[i] = NULL;
}

static int set_from(struct query_select *select, const char *const *list, const char *what, const char *word,
                    char error[LAB_ERROR]) {
    int found = index_of(list, word);
    if (found < 0) {
        return refuse(list, what, word, error);
    }
    select->number = (uint8_t)found;
    return 0;
}

static int set_state(struct query_select *select, const char *word, char error[LAB_ERROR]) {
    const char *states[NAMES_MAX];
    unsigned count = 0;
    for (unsigned state = 1; state <= LUCID_TIME_WAIT; state <<= 1) {
        states[count++] = lucid_state_name(state);
    }
    states[count] = NULL;
    return set_from(select, states, "state", word, error);
}

static int set_word(struct query_select *select, const char *word, const char *more, char error[LAB_ERROR]) {
    const char *list[NAMES_MAX];
    switch ((enum query_selector)select->selector) {
    case QUERY_S_SEG_TX:
    case QUERY_S_SEG_RX:
        return set_from(select, CLASSES, "class of segments", word, error);
    case QUERY_S_STATE:
        return set_state(select, word, error);
    case QUERY_S_TIMER:
        names_of(lucid_timer_name, LUCID_TIMERS, list);
        int act = index_of(ACTS, more ? more : "fire");
        if (act < 0) {
            return refuse(ACTS, "act of a timer", more, error);
        }
        select->act = (uint8_t)act;
        return !strcmp(word, "any") ? (int)(select->any = true) - 1 : set_from(select, list, "timer", word, error);
    case QUERY_S_CALL:
    case QUERY_S_RET:
        names_of(lucid_call_name, LUCID_CALLS, list);
        return set_from(select, list, "call", strcmp(word, "open") ? word : lucid_call_name(LUCID_CALL_OPEN), error);
    case QUERY_S_WIRE:
    case QUERY_S_RULE:
    case QUERY_S_APP:
    case QUERY_S_HTTP:
    case QUERY_S_CMD:
    case QUERY_SELECTORS:
        break;
    }
    select->word = word;
    return 0;
}

static int set_wire(struct query_select *select, const char *const *words, unsigned count, char error[LAB_ERROR]) {
    const char *list[NAMES_MAX];
    names_of(tlog_wire_name, TLOG_WIRE_KINDS, list);
    select->node = QUERY_ANY_NODE;
    select->any = !words[0][0] || !strcmp(words[0], "any");
    select->word = count > 1 ? words[1] : NULL;
    return select->any ? 0 : set_from(select, list, "act of the wire", words[0], error);
}

int query_select_set(struct query_select *select, const char *const *words, unsigned count,
                     const struct query_names *names, char error[LAB_ERROR]) {
    if (select->selector == QUERY_S_WIRE) {
        return set_wire(select, words, count, error);
    }
    select->node = QUERY_ANY_NODE;
    if (strcmp(words[0], "any") && words[0][0]) {
        int node = query_node_find(names, words[0], strlen(words[0]));
        if (node < 0) {
            snprintf(error, LAB_ERROR, "there is no node `%s`", words[0]);
            return -1;
        }
        select->node = (uint8_t)node;
    }
    select->any = count < 2 || (!strcmp(words[1], "any") && select->selector != QUERY_S_TIMER);
    if (select->any) {
        return 0;
    }
    return set_word(select, words[1], count > 2 ? words[2] : NULL, error);
}

static bool class_holds(const struct tlog_segment *segment, unsigned class) {
    unsigned flags = segment->flags;
    switch ((enum query_segment_class) class) {
    case QUERY_F_ANY:
        return true;
    case QUERY_F_SYN:
        return (flags & (LUCID_SYN | LUCID_ACK | LUCID_RST)) == LUCID_SYN;
    case QUERY_F_SYNACK:
        return (flags & (LUCID_SYN | LUCID_ACK)) == (LUCID_SYN | LUCID_ACK);
    case QUERY_F_FIN:
        return flags & LUCID_FIN;
    case QUERY_F_RST:
        return flags & LUCID_RST;
    case QUERY_F_ACK:
        return (flags & (LUCID_SYN | LUCID_FIN | LUCID_RST | LUCID_ACK)) == LUCID_ACK && !segment->length;
    case QUERY_F_DATA:
        return segment->length > 0;
    }
    return false;
}

static bool same(struct tlog_text text, const char *word) {
    return text.length == strlen(word) && !memcmp(text.at, word, text.length);
}

static bool begins(struct tlog_text text, const char *word) {
    size_t length = strlen(word);
    return text.length >= length && !memcmp(text.at, word, length);
}

/* A tag names its hits drop1, drop2, ...: `drop` means all of them. */
static bool tag_holds(struct tlog_text tag, const char *word) {
    size_t length = strlen(word);
    return begins(tag, word) && strspn(tag.at + length, "0123456789") == tag.length - length;
}

static bool kind_holds(const struct query_select *select, const struct tlog_event *event) {
    static const uint8_t kinds[] = {
        [QUERY_S_SEG_TX] = TLOG_SEG_TX, [QUERY_S_SEG_RX] = TLOG_SEG_RX,   [QUERY_S_WIRE] = TLOG_WIRE_ACT,
        [QUERY_S_STATE] = TLOG_STATE,   [QUERY_S_TIMER] = TLOG_TIMER_SET, [QUERY_S_CALL] = TLOG_CALL,
        [QUERY_S_RET] = TLOG_RET,       [QUERY_S_RULE] = TLOG_RULE,       [QUERY_S_APP] = TLOG_APP,
        [QUERY_S_HTTP] = TLOG_HTTP,     [QUERY_S_CMD] = TLOG_CMD};
    unsigned kind = kinds[select->selector];
    if (select->selector == QUERY_S_TIMER) {
        kind += select->act;
    }
    return event->kind == kind && (select->node == QUERY_ANY_NODE || select->node == event->node);
}

static bool word_holds(const struct query_select *select, const struct tlog_event *event) {
    switch ((enum query_selector)select->selector) {
    case QUERY_S_SEG_TX:
    case QUERY_S_SEG_RX:
        return class_holds(&event->u.segment, select->number);
    case QUERY_S_STATE:
        return event->u.state.to == 1u << select->number;
    case QUERY_S_TIMER:
        return event->u.timer.timer == select->number;
    case QUERY_S_CALL:
    case QUERY_S_RET:
        return event->u.call.call == select->number;
    case QUERY_S_RULE:
        return same(event->u.rule.rule, select->word);
    case QUERY_S_APP:
    case QUERY_S_HTTP:
        return same(event->u.say.k, select->word);
    case QUERY_S_CMD:
        return begins(event->u.say.text, select->word);
    case QUERY_S_WIRE:
        return event->u.wire.act == select->number;
    case QUERY_SELECTORS:
        break;
    }
    return false;
}

static bool holds(const struct query_select *select, const struct tlog_event *event) {
    if (!kind_holds(select, event) || (!select->any && !word_holds(select, event))) {
        return false;
    }
    return select->selector != QUERY_S_WIRE || !select->word || tag_holds(event->u.wire.tag, select->word);
}

static bool keep(struct query_select *select, uint32_t i) {
    if (select->count == select->room) {
        unsigned room = select->room ? 2 * select->room : 16;
        uint32_t *more = realloc(select->found, room * sizeof *more);
        if (!more) {
            return false;
        }
        select->found = more;
        select->room = room;
    }
    select->found[select->count++] = i;
    return true;
}

unsigned query_select_run(struct query_select *select, const struct tlog *log, uint32_t n) {
    for (; select->scanned < n; select->scanned++) {
        if (holds(select, tlog_at(log, select->scanned + 1)) && !keep(select, select->scanned + 1)) {
            break;
        }
    }
    unsigned count = select->count;
    while (count && select->found[count - 1] > n) {
        count--;
    }
    return count;
}
