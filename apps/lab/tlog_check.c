/* tlog_check.c: see tlog_check.h. Goes from event to event, with the model of all before it. */
#include "lab/tlog_check.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lab/rules.h"
#include "lab/tlog_check_private.h"

void proof_fault(struct proof *proof, const char *format, ...) {
    struct tlog_report *report = proof->report;
    if (report->faults++ >= TLOG_FAULTS_MAX) {
        return;
    }
    struct tlog_fault *fault = &report->fault[report->faults - 1];
    fault->event = proof->event ? proof->event->i : 0;
    va_list list;
    va_start(list, format);
    vsnprintf(fault->text, sizeof fault->text, format, list);
    va_end(list);
}

/* ---- numbers, time, words ---- */

static void proof_order(struct proof *proof) {
    const struct tlog_event *event = proof->event, *before = tlog_at(proof->log, proof->place - 1);
    uint32_t expected = before ? before->i + 1 : 1;
    if (event->i != expected) {
        proof_fault(proof, "its number is %u, and %u was expected: an event is missing, or was added", event->i,
                    expected);
    }
    if (before && event->t < before->t) {
        proof_fault(proof, "its time, %" PRIu64 " ns, is earlier than that of the event before, %" PRIu64 " ns",
                    event->t, before->t);
    }
}

static void proof_rule_name(struct proof *proof, const struct tlog_text *rule) {
    if (rule->length > 0 && !rules_find(rule->at)) {
        proof_fault(proof, "it cites %s, which is not in the table of rules", rule->at);
    }
}

static void proof_delivery(struct proof *proof) {
    const struct tlog_event *event = proof->event;
    const struct model_connection *connection = model_find(proof->model, event->node, event->c);
    uint64_t before = connection ? connection->delivered : 0;
    if (!strcmp(event->u.say.k.at, "delivered") && event->u.say.offset != before) {
        proof_fault(proof, "octets from %" PRIu64 " on are delivered, but those before are %" PRIu64,
                    event->u.say.offset, before);
    }
}

/* "without NAME" as a command is a promise that the first line says so too. */
static void proof_command(struct proof *proof) {
    static const char word[] = "without ";
    const struct tlog_header *header = tlog_header(proof->log);
    const char *text = proof->event->u.say.text.at;
    if (strncmp(text, word, sizeof word - 1) != 0) {
        return;
    }
    for (unsigned i = 0; i < header->without_count; i++) {
        if (!strcmp(header->without[i].at, text + sizeof word - 1)) {
            return;
        }
    }
    proof_fault(proof, "%s is switched off, and the first line does not say so", text + sizeof word - 1);
}

/* ---- one event ---- */

static void proof_event(struct proof *proof) {
    const struct tlog_event *event = proof->event;
    switch ((enum tlog_kind)event->kind) {
    case TLOG_SEG_TX:
        proof->segment_seen = true;
        proof_departure(proof);
        break;
    case TLOG_SEG_RX:
        proof_arrival(proof);
        break;
    case TLOG_WIRE_ACT:
        proof_wire(proof);
        break;
    case TLOG_STATE:
        proof_states(proof);
        proof_rule_name(proof, &event->u.state.rule);
        break;
    case TLOG_RULE:
        proof_rule_name(proof, &event->u.rule.rule);
        proof_names_packet(proof, event->u.rule.segment);
        break;
    case TLOG_TIMER_SET:
    case TLOG_TIMER_FIRE:
    case TLOG_TIMER_STOP:
        proof_timers(proof);
        break;
    case TLOG_VAR:
        proof_variables(proof);
        break;
    case TLOG_APP:
        proof_delivery(proof);
        break;
    case TLOG_CMD:
        proof_command(proof);
        break;
    case TLOG_PREDICT:
        if (proof->segment_seen) {
            proof_fault(proof, "prediction %s was locked after the first segment had left", event->u.say.k.at);
        }
        break;
    case TLOG_CALL:
    case TLOG_RET:
    case TLOG_HTTP:
    case TLOG_DNS:
    case TLOG_PEER:
    case TLOG_NOTE:
    case TLOG_CHECK:
    case TLOG_DROP:
    case TLOG_LOST:
    case TLOG_KINDS:
        break;
    }
}

/* What later events may refer to as their cause. */
static void remember(struct proof *proof) {
    const struct tlog_event *event = proof->event;
    if (event->node >= TLOG_NODES_MAX) {
        return;
    }
    if (event->kind == TLOG_TIMER_FIRE) {
        proof->fired[event->node] = proof->place;
    }
    if (event->kind == TLOG_SEG_RX) {
        proof->arrived[event->node] = proof->place;
    }
}

/* ---- the whole ---- */

static void look_ahead(struct proof *proof) {
    for (uint32_t i = 1; i <= tlog_count(proof->log); i++) {
        const struct tlog_event *event = tlog_at(proof->log, i);
        if (event->kind == TLOG_SEG_TX && event->node < TLOG_NODES_MAX) {
            proof->speaks[event->node] = true;
        }
        if (event->kind == TLOG_LOST) {
            proof->report->lost += (uint64_t)event->u.say.count;
        }
    }
    const struct tlog_header *header = tlog_header(proof->log);
    for (unsigned i = 0; i < header->nodes; i++) {
        proof->one_sided |= header->node[i].kernel && !proof->speaks[i];
    }
}

/* All that can be said of a log with gaps. */
static void proof_words(struct proof *proof) {
    const struct tlog_event *event = proof->event, *before = tlog_at(proof->log, proof->place - 1);
    if (before && event->t < before->t) {
        proof_order(proof);
    }
    if (event->kind == TLOG_RULE) {
        proof_rule_name(proof, &event->u.rule.rule);
    }
    if (event->kind == TLOG_STATE) {
        proof_rule_name(proof, &event->u.state.rule);
    }
}

static int proof_all(struct proof *proof) {
    for (uint32_t i = 1; i <= tlog_count(proof->log) && !proof->no_memory; i++) {
        proof->event = tlog_at(proof->log, i);
        proof->place = i;
        if (proof->report->lost > 0) {
            proof_words(proof);
            continue;
        }
        proof_order(proof);
        proof_due(proof);
        proof_event(proof);
        remember(proof);
        if (model_goto(proof->model, i) < 0) {
            return -1;
        }
    }
    return proof->no_memory ? -1 : 0;
}

int tlog_check(const struct tlog *log, struct tlog_report *report) {
    struct proof proof = {.log = log, .report = report, .due = TLOG_NONE, .model = model_new(log)};
    memset(report, 0, sizeof *report);
    if (!proof.model) {
        return -1;
    }
    look_ahead(&proof);
    int result = proof_all(&proof);
    model_free(proof.model);
    free(proof.packet);
    return result;
}
