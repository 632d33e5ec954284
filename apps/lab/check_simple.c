/* check_simple.c: the kinds of checks that are one comparison: states count same order eq time fields none error. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "lab/check_private.h"

/* The state that an event says a connection has got into, *from the one before; a kernel's socket does not say that.
 * False: it says nothing of the kind. An edge from a state to itself is one; a kernel's socket seen again is not. */
static bool says_state(const struct tlog_event *event, unsigned *from, unsigned *to) {
    *from = 0;
    if (event->kind == TLOG_STATE) {
        *from = event->u.state.from;
        *to = event->u.state.to;
        return true;
    }
    for (*to = LUCID_CLOSED; event->kind == TLOG_PEER && *to <= LUCID_TIME_WAIT; *to <<= 1) {
        if (!strcmp(event->u.say.k.at, lucid_state_name(*to))) {
            return true;
        }
    }
    return false;
}

/* In real time no two instants are the same: a kernel passed a state in no time when nobody could see it there. */
static bool passed(const struct tlog_event *in, const struct tlog_event *out) {
    return in->kind == TLOG_PEER ? !strcmp(in->u.say.text.at, "inferred") : in->t == out->t;
}

/* The way of a connection, as text: a state in which no time was spent stands in parentheses. */
static void put_way(struct text *out, const struct tlog *log, unsigned node, uint32_t c) {
    uint32_t before = 0;
    unsigned from, to, state = 0;
    for (uint32_t i = 1; i <= tlog_count(log); i++) {
        const struct tlog_event *event = tlog_at(log, i);
        if (event->node != node || event->c != c || !says_state(event, &from, &to)) {
            continue;
        }
        /* A poll may see the same state twice; a row of the machine that leads back is walked each time. */
        if (event->kind == TLOG_PEER && before && to == state) {
            continue;
        }
        if (!before && from) {
            text_put(out, lucid_state_name(from));
        } else if (before) {
            text_format(out, passed(tlog_at(log, before), event) ? " (%s)" : " %s", lucid_state_name(state));
        }
        before = i;
        state = to;
    }
    if (state) {
        text_format(out, " %s", lucid_state_name(state));
    }
}

/* The which-th connection of a node that is no listener, from 1; 0: the newest. */
static const struct model_connection *choose(const struct model *model, unsigned node, unsigned which) {
    unsigned count = 0;
    for (unsigned i = 0; which && i < model->node[node].connections; i++) {
        const struct model_connection *connection = &model->node[node].connection[i];
        count += !connection->listener;
        if (!connection->listener && count == which) {
            return connection;
        }
    }
    return which ? NULL : model_newest(model, node);
}

static const char *behind_first(const char *way) {
    const char *blank = strchr(way, ' ');
    return blank ? blank + 1 : way + strlen(way);
}

/* The body may begin with the second state: where the connection came from need not be said. */
static bool same_way(const char *got, struct check_piece want) {
    if (strlen(got) == want.length && !memcmp(got, want.at, want.length)) {
        return true;
    }
    got = behind_first(got);
    return strlen(got) == want.length && !memcmp(got, want.at, want.length);
}

static bool states_known(struct check_reading *reading, struct check_piece want) {
    while (want.length) {
        struct check_piece word = check_word(&want);
        const char *name = word.at;
        size_t length = word.length;
        if (length > 2 && name[0] == '(' && name[length - 1] == ')') {
            name++;
            length -= 2;
        }
        bool known = false;
        for (unsigned state = 1; state <= LUCID_TIME_WAIT; state <<= 1) {
            known |= strlen(lucid_state_name(state)) == length && !memcmp(lucid_state_name(state), name, length);
        }
        if (!known) {
            return check_wrong(reading, word.at, "`%.*s` is no state", (int)word.length, word.at);
        }
    }
    return true;
}

bool check_states(struct check_reading *reading) {
    struct check_piece rest = check_body(reading), name = check_word(&rest);
    unsigned which;
    int node = check_node(reading, name, &which);
    if (node < 0) {
        return false;
    }
    if (rest.length < 2 || rest.at[0] != '"' || rest.at[rest.length - 1] != '"') {
        return check_wrong(reading, rest.at, "states in one string were expected, as in \"CLOSED SYN-SENT\"");
    }
    struct check_piece want = {rest.at + 1, rest.length - 2};
    if (!states_known(reading, want)) {
        return false;
    }
    if (!reading->model) {
        return true;
    }
    const struct model_connection *connection = choose(reading->model, (unsigned)node, which);
    struct check_result *result = reading->result;
    if (connection) {
        put_way(&result->got, reading->model->log, (unsigned)node, connection->c);
    }
    result->passed = !result->got.cut && result->got.length && same_way(result->got.data, want);
    text_put_octets(&result->want, want.at, want.length);
    if (!result->got.length) {
        text_put(&result->got, "no such connection");
    }
    return true;
}

bool check_eq(struct check_reading *reading) {
    return check_condition(reading, check_body(reading));
}

bool check_count(struct check_reading *reading) {
    reading->prefix = "count ";
    return check_condition(reading, check_body(reading));
}

static double number_at(const struct query_value *value, unsigned i) {
    return value->type == QUERY_LIST ? value->list[i] : value->number;
}

static bool is_number(const struct query_value *value) {
    return value->type == QUERY_NUMBER || value->type == QUERY_TIME || (value->type == QUERY_LIST && !value->word);
}

static bool alike(const struct query_value *value) {
    if (value->type != QUERY_LIST || value->count < 2) {
        return false;
    }
    for (unsigned i = 1; i < value->count; i++) {
        bool same = value->word ? value->word[i].length == value->word[0].length &&
                                      !memcmp(value->word[i].at, value->word[0].at, value->word[0].length)
                                : value->list[i] == value->list[0];
        if (!same) {
            return false;
        }
    }
    return true;
}

bool check_same(struct check_reading *reading) {
    struct check_piece all = check_body(reading);
    struct query_value value;
    if (!check_value(reading, all, &value)) {
        return false;
    }
    if (reading->model) {
        reading->result->passed = alike(&value);
        text_format(&reading->result->want, "%.*s all alike, at least two", (int)all.length, all.at);
        query_format(&value, &reading->result->got);
    }
    return true;
}

bool check_order(struct check_reading *reading) {
    struct check_piece rest = check_body(reading), one;
    uint32_t before = 0;
    bool good = true, more = true;
    unsigned count = 0;
    while (more) {
        struct query_value value;
        more = check_split_at(rest, ',', &one, &rest);
        if (!more) {
            one = rest;
        }
        if (!check_value(reading, one, &value)) {
            return false;
        }
        if (reading->model) {
            uint32_t event = value.type == QUERY_EVENTS && value.count ? value.event[0] : 0;
            good = good && event > before;
            text_format(&reading->result->got, event ? "%s%.*s at event %u" : "%s%.*s never", count ? ", " : "",
                        (int)one.length, one.at, (unsigned)event);
            before = event;
        }
        count++;
    }
    if (count < 2) {
        return check_wrong(reading, rest.at, "two events or more were expected, separated by commas");
    }
    if (reading->model) {
        reading->result->passed = good;
        text_put(&reading->result->want, "in this order: ");
        text_put(&reading->result->want, reading->body);
    }
    return true;
}

/* One list of times against others; they agree when each is within the tolerance. */
static bool times_hold(struct check_reading *reading, const struct query_value *got, struct check_piece wants,
                       double tolerance) {
    unsigned count = got->type == QUERY_LIST ? got->count : is_number(got), i = 0;
    bool more = true, good = true;
    while (more) {
        struct check_piece one;
        struct query_value want;
        more = check_split_at(wants, ',', &one, &wants);
        if (!check_value(reading, more ? one : wants, &want)) {
            return false;
        }
        if (reading->model) {
            good = good && i < count && is_number(got) && is_number(&want) &&
                   fabs(number_at(got, i) - want.number) <= tolerance + 1e-9;
            i++;
        }
    }
    reading->result->passed = good && i == count;
    return true;
}

bool check_time(struct check_reading *reading) {
    struct check_piece all = check_body(reading), rest = all, tol, left, right;
    double tolerance = 0;
    struct query_value got;
    if (check_split(all, "tol", &rest, &tol) && !check_seconds(reading, tol, &tolerance)) {
        return false;
    }
    if (!check_split_at(rest, '=', &left, &right)) {
        return check_condition(reading, rest);
    }
    if (!check_value(reading, left, &got) || !times_hold(reading, &got, right, tolerance)) {
        return false;
    }
    if (reading->model) {
        text_put_octets(&reading->result->want, right.at, right.length);
        text_format(&reading->result->want, " (within %.3f s)", tolerance);
        query_format(&got, &reading->result->got);
    }
    return true;
}

bool check_none(struct check_reading *reading) {
    struct check_piece all = check_body(reading);
    struct query_value value;
    if (!check_value(reading, all, &value)) {
        return false;
    }
    if (reading->model) {
        reading->result->passed = value.type == QUERY_EVENTS && !value.count;
        text_format(&reading->result->want, "no %.*s", (int)all.length, all.at);
        query_format(&value, &reading->result->got);
        if (value.count) {
            text_format(&reading->result->got, ", the first is event %u", (unsigned)value.event[0]);
        }
    }
    return true;
}

/* Where the next of the words begins in a piece, or its end. */
static struct check_piece up_to(struct check_piece *rest, const char *const *words) {
    struct check_piece before, after, best = *rest;
    struct check_piece left = {rest->at + rest->length, 0};
    for (unsigned i = 0; words[i]; i++) {
        if (check_split(*rest, words[i], &before, &after) && before.length < best.length) {
            best = before;
            left = (struct check_piece){after.at - strlen(words[i]) - 1, 0};
        }
    }
    if (!left.length && best.length < rest->length) {
        const char *at = best.at + best.length;
        while (*at == ' ') {
            at++;
        }
        left = (struct check_piece){at, (size_t)(rest->at + rest->length - at)};
    }
    *rest = left;
    return best;
}

static bool same_value(const struct query_value *a, const struct query_value *b) {
    if (a->type == QUERY_NAME && b->type == QUERY_NAME) {
        return a->name.length == b->name.length && !memcmp(a->name.at, b->name.at, a->name.length);
    }
    return is_number(a) && is_number(b) && a->type != QUERY_LIST && b->type != QUERY_LIST && a->number == b->number;
}

static bool one_field(struct check_reading *reading, struct check_piece events, const char *const *words,
                      struct check_piece *rest) {
    struct check_piece name = check_word(rest), want_text = up_to(rest, words);
    bool known = false;
    for (unsigned i = 0; words[i]; i++) {
        known |= strlen(words[i]) == name.length && !memcmp(words[i], name.at, name.length);
    }
    if (!known) {
        return check_wrong(reading, name.at, "one of seq ack fl len win was expected");
    }
    char text[512];
    snprintf(text, sizeof text, "first (%.*s).%.*s", (int)events.length, events.at, (int)name.length, name.at);
    struct query_value want, got = {0};
    if (!check_value(reading, want_text, &want)) {
        return false;
    }
    if (!reading->model) {
        return true;
    }
    if (!check_value(reading, (struct check_piece){text, strlen(text)}, &got)) {
        return false;
    }
    reading->result->passed = reading->result->passed && same_value(&want, &got);
    text_format(&reading->result->want, " %.*s ", (int)name.length, name.at);
    query_format(&want, &reading->result->want);
    text_format(&reading->result->got, " %.*s ", (int)name.length, name.at);
    query_format(&got, &reading->result->got);
    return true;
}

bool check_fields(struct check_reading *reading) {
    static const char *const words[] = {"seq", "ack", "fl", "len", "win", NULL};
    struct check_piece rest = check_body(reading), events = up_to(&rest, words);
    struct query_value value;
    if (!check_value(reading, events, &value)) {
        return false;
    }
    if (!rest.length) {
        return check_wrong(reading, rest.at, "at least one of seq ack fl len win was expected");
    }
    reading->result->passed = true;
    while (rest.length) {
        if (!one_field(reading, events, words, &rest)) {
            return false;
        }
    }
    return true;
}

static int call_of(struct check_piece word) {
    for (unsigned i = 0; i < LUCID_CALLS; i++) {
        if (strlen(lucid_call_name(i)) == word.length && !memcmp(lucid_call_name(i), word.at, word.length)) {
            return (int)i;
        }
    }
    return -1;
}

/* The time limits behind the name of an error. */
static bool limits(struct check_reading *reading, struct check_piece rest, double *after, double *before) {
    while (rest.length) {
        struct check_piece word = check_word(&rest), time = check_word(&rest);
        bool is_after = word.length == 5 && !memcmp(word.at, "after", 5);
        if (!is_after && !(word.length == 6 && !memcmp(word.at, "before", 6))) {
            return check_wrong(reading, word.at, "`after` or `before` and a time were expected");
        }
        if (!check_seconds(reading, time, is_after ? after : before)) {
            return false;
        }
    }
    return true;
}

static void judge_error(struct check_reading *reading, unsigned node, int call, struct check_piece name, double after,
                        double before) {
    struct check_result *result = reading->result;
    const struct tlog *log = reading->model->log;
    text_format(&result->want, "%s", reading->body);
    for (uint32_t i = 1; i <= tlog_count(log); i++) {
        const struct tlog_event *event = tlog_at(log, i);
        if (event->kind != TLOG_RET || event->node != node || event->u.call.call != call ||
            !event->u.call.result.length) {
            continue;
        }
        struct tlog_text error = event->u.call.result;
        double t = (double)event->t / 1e9;
        bool same = error.length == name.length && !memcmp(error.at, name.at, name.length);
        result->passed = result->passed || (same && t >= after - 1e-9 && t <= before + 1e-9);
        text_format(&result->got, "%s%.*s at %.3f s", result->got.length ? ", " : "", (int)error.length, error.at, t);
    }
    if (!result->got.length) {
        text_put(&result->got, "no error from that call");
    }
}

bool check_error(struct check_reading *reading) {
    struct check_piece rest = check_body(reading), node_name = check_word(&rest), call_name = check_word(&rest);
    struct check_piece name = check_word(&rest);
    unsigned which;
    double after = 0, before = 1e12;
    int node = check_node(reading, node_name, &which), call = call_of(call_name);
    if (node < 0) {
        return false;
    }
    if (call < 0) {
        return check_wrong(reading, call_name.at, "`%.*s` is no call (connect listen accept send recv shutdown close)",
                           (int)call_name.length, call_name.at);
    }
    if (name.length < 2 || name.at[0] != 'E') {
        return check_wrong(reading, name.at, "the name of an error was expected, as in ETIMEDOUT");
    }
    if (!limits(reading, rest, &after, &before)) {
        return false;
    }
    if (reading->model) {
        judge_error(reading, (unsigned)node, call, name, after, before);
    }
    return true;
}
