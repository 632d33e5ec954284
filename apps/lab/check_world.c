/* check_world.c: the kinds of checks that look at the whole: bytes ghosts stuck fit breaks. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "lab/check_private.h"
#include "lab/stuck.h"

/* "A->B": the two names; -1: it is not that. */
static int two_ends(struct check_reading *reading, struct check_piece ends, struct check_piece *from,
                    struct check_piece *to) {
    unsigned which;
    if (!check_split_at(ends, '-', from, to) || to->length < 2 || to->at[0] != '>') {
        check_wrong(reading, ends.at, "two ends were expected, as in A->B");
        return -1;
    }
    to->at++;
    to->length--;
    return check_node(reading, *from, &which) < 0 || check_node(reading, *to, &which) < 0 ? -1 : 0;
}

/* A value of a node, "sent" or "bytes". */
static bool octets_of(struct check_reading *reading, struct check_piece name, const char *what, double *octets) {
    char text[32];
    struct query_value value;
    snprintf(text, sizeof text, "%.*s.%s", (int)name.length, name.at, what);
    bool good = check_value(reading, (struct check_piece){text, strlen(text)}, &value);
    *octets = value.number;
    return good;
}

/* A->B */
bool check_bytes(struct check_reading *reading) {
    struct check_piece rest = check_body(reading), ends = check_word(&rest), from, to;
    double out = 0, in = 0;
    if (two_ends(reading, ends, &from, &to)) {
        return false;
    }
    if (reading->model && (!octets_of(reading, from, "sent", &out) || !octets_of(reading, to, "bytes", &in))) {
        return false;
    }
    if (rest.length && !check_number(reading, rest, in)) {
        return false;
    }
    if (!reading->model) {
        return true;
    }
    reading->result->passed = in == out && (rest.length ? reading->result->passed : out > 0);
    if (!rest.length) {
        text_format(&reading->result->want, "%.0f octets, all that were sent", out);
        text_format(&reading->result->got, "%.0f octets", in);
    }
    return true;
}

#define SYNCHRONIZED \
    (LUCID_ESTABLISHED | LUCID_FIN_WAIT_1 | LUCID_FIN_WAIT_2 | LUCID_CLOSE_WAIT | LUCID_CLOSING | LUCID_LAST_ACK)

static bool alive(const struct model_connection *connection) {
    return !connection->gone && !connection->listener && connection->state;
}

/* The other end has a connection in which these numbers mean something. */
static bool known_to_peer(const struct model *model, unsigned node, const struct model_connection *connection) {
    unsigned other;
    const struct model_connection *peer = model_peer(model, node, connection, &other);
    if (!peer || !alive(peer) || !(peer->state & (SYNCHRONIZED | LUCID_TIME_WAIT | LUCID_SYN_RECEIVED))) {
        return false;
    }
    return !peer->iss_known || !connection->irs_known || peer->iss == connection->irs;
}

static unsigned ghosts_at(const struct model *model, unsigned node) {
    unsigned count = 0;
    for (unsigned i = 0; i < model->node[node].connections; i++) {
        const struct model_connection *connection = &model->node[node].connection[i];
        count += alive(connection) && connection->state & SYNCHRONIZED && !known_to_peer(model, node, connection);
    }
    return count;
}

/* The packet of which this one is a copy that the wire made, or itself. */
static uint64_t original(const struct tlog *log, uint32_t before, uint64_t id) {
    for (uint32_t i = before; i; i--) {
        const struct tlog_event *event = tlog_at(log, i);
        if (event->kind == TLOG_WIRE_ACT && event->u.wire.act == TLOG_WIRE_DUP && event->u.wire.id2 == id) {
            return event->u.wire.id;
        }
    }
    return id;
}

/* Whether the segment that arrived in event i left a connection with another initial sequence number, or before this
 * one was born: then the numbers are the same by design or by accident. */
static bool stranger(const struct model *model, const struct model_connection *connection, uint32_t i) {
    uint64_t id = original(model->log, i, tlog_at(model->log, i)->u.segment.id);
    for (uint32_t j = i; j; j--) {
        const struct tlog_event *event = tlog_at(model->log, j);
        if (event->kind != TLOG_SEG_TX || event->u.segment.id != id) {
            continue;
        }
        const struct model_connection *sender = model_find(model, event->node, event->c);
        return !sender || j < connection->born ||
               (sender->iss_known && connection->irs_known && sender->iss != connection->irs);
    }
    return true;
}

static uint64_t ghost_bytes_at(const struct model *model, unsigned node) {
    uint64_t bytes = 0;
    uint32_t latest = 0;
    for (uint32_t i = 1; i <= tlog_count(model->log); i++) {
        const struct tlog_event *event = tlog_at(model->log, i);
        if (event->node != node) {
            continue;
        }
        if (event->kind == TLOG_SEG_RX) {
            latest = i;
        } else if (event->kind == TLOG_APP && latest && event->u.say.count > 0 && event->u.say.k.length == 9 &&
                   !memcmp(event->u.say.k.at, "delivered", 9)) {
            const struct model_connection *connection = model_find(model, node, event->c);
            bytes += connection && stranger(model, connection, latest) ? (uint64_t)event->u.say.count : 0;
        }
    }
    return bytes;
}

bool check_ghosts(struct check_reading *reading) {
    struct check_piece rest = check_body(reading), word = check_word(&rest);
    bool bytes = word.length == 5 && !memcmp(word.at, "bytes", 5);
    struct check_piece name = bytes ? check_word(&rest) : word;
    unsigned which;
    int node = check_node(reading, name, &which);
    if (node < 0) {
        return false;
    }
    double got = 0;
    if (reading->model) {
        got = bytes ? (double)ghost_bytes_at(reading->model, (unsigned)node)
                    : (double)ghosts_at(reading->model, (unsigned)node);
    }
    return check_number(reading, rest, got);
}

bool check_stuck(struct check_reading *reading) {
    struct check_piece all = check_body(reading);
    if (all.length) {
        return check_wrong(reading, all.at, "nothing follows `stuck`");
    }
    if (!reading->model) {
        return true;
    }
    struct check_result *result = reading->result;
    text_put(&result->want, "somebody waits, and nothing can ever happen");
    result->passed = stuck_explain(reading->model, &result->got);
    return true;
}

#define SAMPLES 64

struct fit {
    unsigned count;
    double y[SAMPLES];
    double every, from, to;
};

/* Samples of a value of a node, by a model that goes through time; a list is its own samples. */
static bool sample(struct check_reading *reading, struct check_piece what, struct fit *fit) {
    struct query_value value;
    if (!check_value(reading, what, &value) || !reading->model) {
        return !reading->error[0];
    }
    if (value.type == QUERY_LIST && value.list) {
        for (unsigned i = 0; i < value.count && i < SAMPLES; i++) {
            fit->y[fit->count++] = value.list[i];
        }
        return true;
    }
    char text[256];
    for (double t = fit->from; fit->every > 0 && t <= fit->to + 1e-9 && fit->count < SAMPLES / 2; t += fit->every) {
        struct query_value one;
        snprintf(text, sizeof text, "(%.*s)@(%.9fs)", (int)what.length, what.at, t);
        if (!check_value(reading, (struct check_piece){text, strlen(text)}, &one)) {
            return false;
        }
        if (one.type == QUERY_NUMBER || one.type == QUERY_TIME) {
            fit->y[fit->count++] = one.number;
        }
    }
    return true;
}

static bool doubles(const struct fit *fit) {
    for (unsigned i = 1; i < fit->count; i++) {
        if (fit->y[i - 1] <= 0 || fit->y[i] < 1.5 * fit->y[i - 1] || fit->y[i] > 2.5 * fit->y[i - 1]) {
            return false;
        }
    }
    return fit->count >= 3;
}

/* How well a straight line explains the samples, 0 to 1; the slope of it. */
static double straight(const struct fit *fit, double *slope) {
    double n = fit->count, sx = 0, sy = 0, sxx = 0, sxy = 0, syy = 0;
    for (unsigned i = 0; i < fit->count; i++) {
        sx += i;
        sy += fit->y[i];
        sxx += (double)i * i;
        sxy += i * fit->y[i];
        syy += fit->y[i] * fit->y[i];
    }
    double cov = n * sxy - sx * sy, vx = n * sxx - sx * sx, vy = n * syy - sy * sy;
    *slope = vx > 0 ? cov / vx : 0;
    return vx > 0 && vy > 0 ? cov * cov / (vx * vy) : 0;
}

static bool is_flat(const struct fit *fit) {
    double low = fit->y[0], high = fit->y[0];
    for (unsigned i = 1; i < fit->count; i++) {
        low = fit->y[i] < low ? fit->y[i] : low;
        high = fit->y[i] > high ? fit->y[i] : high;
    }
    return fit->count >= 3 && high - low <= 0.1 * fabs(high);
}

static bool has_shape(const struct fit *fit, struct check_piece shape) {
    double slope;
    if (shape.length == 6 && !memcmp(shape.at, "double", 6)) {
        return doubles(fit);
    }
    if (shape.length == 4 && !memcmp(shape.at, "flat", 4)) {
        return is_flat(fit);
    }
    return fit->count >= 3 && straight(fit, &slope) >= 0.95 && slope != 0;
}

/* Which of the shapes stands in the body, and the pieces around it. */
static bool find_shape(struct check_piece all, struct check_piece *what, struct check_piece *shape,
                       struct check_piece *rest) {
    static const char *const shapes[] = {"double", "linear", "flat"};
    for (unsigned i = 0; i < 3; i++) {
        if (check_split(all, shapes[i], what, rest)) {
            *shape = (struct check_piece){shapes[i], strlen(shapes[i])};
            return true;
        }
    }
    return false;
}

static bool fit_times(struct check_reading *reading, struct check_piece rest, struct fit *fit) {
    static const char *const names[] = {"every", "from", "to"};
    double *const places[] = {&fit->every, &fit->from, &fit->to};
    while (rest.length) {
        struct check_piece word = check_word(&rest), time = check_word(&rest);
        double *place = NULL;
        for (unsigned i = 0; i < 3; i++) {
            place = strlen(names[i]) == word.length && !memcmp(names[i], word.at, word.length) ? places[i] : place;
        }
        if (!place) {
            return check_wrong(reading, word.at, "`every`, `from` or `to` was expected");
        }
        if (!check_seconds(reading, time, place)) {
            return false;
        }
    }
    return true;
}

bool check_fit(struct check_reading *reading) {
    struct check_piece what, shape, rest;
    struct fit fit = {0};
    if (!find_shape(check_body(reading), &what, &shape, &rest)) {
        return check_wrong(reading, reading->body, "one of double linear flat was expected, as in A.cwnd double");
    }
    if (!fit_times(reading, rest, &fit) || !sample(reading, what, &fit)) {
        return false;
    }
    if (!reading->model) {
        return true;
    }
    reading->result->passed = has_shape(&fit, shape);
    text_format(&reading->result->want, "%.*s: %.*s", (int)what.length, what.at, (int)shape.length, shape.at);
    for (unsigned i = 0; i < fit.count; i++) {
        text_format(&reading->result->got, i ? " %g" : "%g", fit.y[i]);
    }
    return true;
}

static bool taken_away(const struct tlog *log, struct check_piece rule) {
    const struct tlog_header *header = tlog_header(log);
    for (unsigned i = 0; i < header->without_count; i++) {
        if (header->without[i].length == rule.length && !memcmp(header->without[i].at, rule.at, rule.length)) {
            return true;
        }
    }
    return false;
}

bool check_breaks(struct check_reading *reading) {
    struct check_piece rest = check_body(reading), rule = check_word(&rest);
    if (!rule.length) {
        return check_wrong(reading, rule.at, "the rule that was taken away was expected, as in `breaks persist ...`");
    }
    if (!check_condition(reading, rest)) {
        return false;
    }
    if (reading->model && !taken_away(reading->model->log, rule)) {
        reading->result->passed = false;
        text_format(&reading->result->got, ", but %.*s was not taken away", (int)rule.length, rule.at);
    }
    return true;
}
