/* wire_command.c: the commands that begin with "wire": read them first, then obey. See wire.h. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lab/wire.h"
#include "lucid/trace.h"

static const char EXAMPLE[] = "for example `wire drop next A->B where SYN count 2`";

struct reader {
    struct wire_order *order;
    const struct lab_words *words;
    const struct record *record;
    unsigned at;
    char *error;
};

static bool take(struct reader *reader, const char *word) {
    bool is = words_is(reader->words, reader->at, word);
    reader->at += is;
    return is;
}

static const char *word(const struct reader *reader) {
    return words_at(reader->words, reader->at);
}

/* ---- A->B ---- */

static int find_node(const struct record *record, const char *name, size_t length) {
    for (int i = 0; i < TLOG_NODES_MAX && record->node[i].name; i++) {
        if (strlen(record->node[i].name) == length && !memcmp(record->node[i].name, name, length)) {
            return i;
        }
    }
    return -1;
}

/* Reads A->B if it is there; else all directions are meant. */
static int read_direction(struct reader *reader, uint8_t *from, uint8_t *to) {
    const char *text = word(reader), *arrow = strstr(text, "->");
    *from = *to = WIRE_ALL;
    if (!arrow) {
        return 0;
    }
    int a = find_node(reader->record, text, (size_t)(arrow - text));
    int b = find_node(reader->record, arrow + 2, strlen(arrow + 2));
    if (a < 0 || b < 0 || a == b) {
        return words_fail(reader->error, "%s are not two nodes of this world; write for example A->B", text);
    }
    *from = (uint8_t)a;
    *to = (uint8_t)b;
    reader->at++;
    return 0;
}

static int read_end(const struct reader *reader) {
    if (reader->at < reader->words->count) {
        return words_fail(reader->error, "column %u: `%s` is not expected here; %s",
                          reader->words->word[reader->at].column, word(reader), EXAMPLE);
    }
    return 0;
}

/* ---- rules ---- */

struct condition {
    const char *name;
    uint8_t flags, mask;
    bool needs_data, needs_none;
};

#define SFR (LUCID_SYN | LUCID_FIN | LUCID_RST)
static const struct condition CONDITIONS[] = {
    {"SYN", LUCID_SYN, LUCID_SYN | LUCID_ACK, false, false},
    {"SYNACK", LUCID_SYN | LUCID_ACK, LUCID_SYN | LUCID_ACK, false, false},
    {"FIN", LUCID_FIN, LUCID_FIN, false, false},
    {"RST", LUCID_RST, LUCID_RST, false, false},
    {"ACK", LUCID_ACK, LUCID_ACK | SFR, false, true},
    {"DATA", 0, 0, true, false},
    {"len>0", 0, 0, true, false},
    {"len=0", 0, 0, false, true},
    {"any", 0, 0, false, false},
    {NULL, 0, 0, false, false},
};

static bool read_kind(struct reader *reader, struct wire_rule *rule) {
    for (const struct condition *condition = CONDITIONS; condition->name; condition++) {
        if (take(reader, condition->name)) {
            rule->flags |= condition->flags;
            rule->flags_mask |= condition->mask;
            rule->needs_data |= condition->needs_data;
            rule->needs_none |= condition->needs_none;
            return true;
        }
    }
    return false;
}

static int read_number(struct reader *reader, const char *what, uint32_t least, uint32_t most, uint32_t *number) {
    uint64_t read = 0;
    if (words_number(word(reader), most, &read) < 0 || read < least) {
        return words_fail(reader->error, "%s needs a number from %" PRIu32 " to %" PRIu32 ", not `%s`; %s", what, least,
                          most, word(reader), EXAMPLE);
    }
    reader->at++;
    *number = (uint32_t)read;
    return 0;
}

static int read_condition(struct reader *reader, struct wire_rule *rule) {
    uint32_t number = 0;
    if (read_kind(reader, rule)) {
        return 0;
    }
    if (take(reader, "nth")) {
        int failed = read_number(reader, "nth", 1, 1000000, &number);
        rule->skip = failed ? 0 : number - 1;
        return failed;
    }
    if (take(reader, "port")) {
        int failed = read_number(reader, "port", 1, 65535, &number);
        rule->port = failed ? 0 : (uint16_t)number;
        return failed;
    }
    return words_fail(reader->error,
                      "`%s` is no condition; these are: SYN SYNACK FIN RST ACK DATA len>0 len=0 any, nth 5, "
                      "port 80",
                      word(reader));
}

static int read_tag(struct reader *reader, char tag[WIRE_TAG_MAX]) {
    const char *text = word(reader);
    if (!*text || strlen(text) >= WIRE_TAG_MAX) {
        return words_fail(reader->error, "a tag is one word of at most %d letters", WIRE_TAG_MAX - 1);
    }
    snprintf(tag, WIRE_TAG_MAX, "%s", text);
    reader->at++;
    return 0;
}

static bool more_conditions(const struct reader *reader) {
    return reader->at < reader->words->count && !words_is(reader->words, reader->at, "count") &&
           !words_is(reader->words, reader->at, "tag");
}

/* Behind "id": the number of a packet. */
static int read_id(struct reader *reader) {
    if (words_number(word(reader), UINT64_MAX / 2, &reader->order->id) < 0 || reader->order->id == 0) {
        return words_fail(reader->error, "`id` needs the number of a packet, for example `wire drop id 17`");
    }
    reader->at++;
    return read_end(reader);
}

/* Behind "next": [A->B] [where CONDITION ...] [count N] [tag T]. */
static int read_rule(struct reader *reader) {
    struct wire_rule *rule = &reader->order->rule;
    reader->order->what = WIRE_RULE;
    rule->count = 1;
    if (read_direction(reader, &rule->from, &rule->to) < 0) {
        return -1;
    }
    if (take(reader, "where")) {
        do {
            take(reader, "and");
            if (read_condition(reader, rule) < 0) {
                return -1;
            }
        } while (more_conditions(reader));
    }
    if (take(reader, "count") && read_number(reader, "count", 1, 1000000, &rule->count) < 0) {
        return -1;
    }
    if (take(reader, "tag") && read_tag(reader, rule->tag) < 0) {
        return -1;
    }
    return read_end(reader);
}

static int read_next(struct reader *reader) {
    if (take(reader, "id")) {
        reader->order->what = WIRE_ONE;
        return read_id(reader);
    }
    if (!take(reader, "next")) {
        return words_fail(reader->error, "`wire %s` needs `next`, and which packets; %s", words_at(reader->words, 1),
                          EXAMPLE);
    }
    return read_rule(reader);
}

/* ---- one function for each word behind "wire" ---- */

static int read_plain(struct reader *reader) {
    static const struct {
        const char *name;
        uint8_t act;
    } acts[] = {{"drop", TLOG_WIRE_DROP}, {"hold", TLOG_WIRE_HOLD}, {"dup", TLOG_WIRE_DUP}};
    for (unsigned i = 0; i < 3; i++) {
        if (words_is(reader->words, 1, acts[i].name)) {
            reader->order->rule.act = acts[i].act;
        }
    }
    return read_next(reader);
}

static int read_corrupt(struct reader *reader) {
    struct wire_rule *rule = &reader->order->rule;
    rule->act = TLOG_WIRE_CORRUPT;
    rule->bit = UINT32_MAX;
    if (take(reader, "bit") && read_number(reader, "bit", 0, 1000000, &rule->bit) < 0) {
        return -1;
    }
    return read_next(reader);
}

static int read_reorder(struct reader *reader) {
    reader->order->rule.act = TLOG_WIRE_REORDER;
    return read_number(reader, "reorder", 1, 1000, &reader->order->rule.places) < 0 ? -1 : read_next(reader);
}

/* Behind a value that holds for a direction, or for all. */
static int read_setting(struct reader *reader) {
    reader->order->what = WIRE_SET;
    return read_direction(reader, &reader->order->from, &reader->order->to) < 0 ? -1 : read_end(reader);
}

static int read_delay(struct reader *reader) {
    struct wire_order *order = reader->order;
    lucid_time time;
    if (words_time(word(reader), &time) < 0 || time > 3600 * LUCID_SECOND) {
        return words_fail(reader->error, "`wire delay` needs a time up to 1h, for example `wire delay 20ms`, or "
                                         "`wire delay 300ms next A->B where SYN`");
    }
    reader->at++;
    if (words_is(reader->words, reader->at, "next") || words_is(reader->words, reader->at, "id")) {
        order->rule.act = TLOG_WIRE_DELAY;
        order->rule.delay = time;
        return read_next(reader);
    }
    order->set.delay = time;
    order->sets_delay = true;
    return read_setting(reader);
}

static int read_rate(struct reader *reader) {
    if (words_rate(word(reader), &reader->order->set.rate) < 0) {
        return words_fail(reader->error, "`wire rate` needs a rate such as 1mbit, 64kbit or 1gbit");
    }
    reader->at++;
    reader->order->sets_rate = true;
    return read_setting(reader);
}

static int read_queue(struct reader *reader) {
    reader->order->sets_queue = true;
    return read_number(reader, "queue", 1, 1000000, &reader->order->set.queue) < 0 ? -1 : read_setting(reader);
}

/* "1%", "0.5%", "0". */
static int read_loss(struct reader *reader) {
    const char *text = word(reader);
    uint64_t whole = 0, part = 0;
    size_t digits = strspn(text, "0123456789"), behind = 0;
    if (text[digits] == '.') {
        behind = strspn(text + digits + 1, "0123456789");
        for (size_t i = 0; i < 4; i++) {
            part = part * 10 + (i < behind ? (uint64_t)(text[digits + 1 + i] - '0') : 0);
        }
        behind++;
    }
    for (size_t i = 0; i < digits && i < 4; i++) {
        whole = whole * 10 + (uint64_t)(text[i] - '0');
    }
    bool ends = !strcmp(text + digits + behind, "%") || !strcmp(text, "0");
    if (digits == 0 || !ends || whole > 100) {
        return words_fail(reader->error, "`wire loss` needs a share of the packets, for example `wire loss 2%%`");
    }
    reader->at++;
    reader->order->set.loss = (uint32_t)(whole * 10000 + part);
    reader->order->sets_loss = true;
    return read_setting(reader);
}

static int read_mtu(struct reader *reader) {
    struct wire_order *order = reader->order;
    order->sets_mtu = true;
    if (read_number(reader, "mtu", 68, 65535, &order->set.mtu) < 0) {
        return -1;
    }
    if (take(reader, "icmp")) {
        order->sets_icmp = true;
        order->set.icmp = take(reader, "on");
        if (!order->set.icmp && !take(reader, "off")) {
            return words_fail(reader->error, "icmp is on or off, for example `wire mtu 576 icmp on`");
        }
    }
    return read_setting(reader);
}

static int read_release(struct reader *reader) {
    struct wire_order *order = reader->order;
    order->what = WIRE_RELEASE;
    if (reader->at == reader->words->count || take(reader, "all")) {
        return read_end(reader);
    }
    if (take(reader, "id")) {
        return read_id(reader);
    }
    return read_tag(reader, order->tag) < 0 ? -1 : read_end(reader);
}

static int read_cut(struct reader *reader) {
    reader->order->what = WIRE_CUT;
    reader->order->cut = words_is(reader->words, 1, "cut");
    return read_direction(reader, &reader->order->from, &reader->order->to) < 0 ? -1 : read_end(reader);
}

static int read_list(struct reader *reader) {
    reader->order->what = WIRE_LIST;
    return read_end(reader);
}

static const struct {
    const char *name;
    int (*read)(struct reader *);
} KINDS[] = {
    {"drop", read_plain},      {"hold", read_plain}, {"dup", read_plain},   {"corrupt", read_corrupt},
    {"delay", read_delay},     {"rate", read_rate},  {"queue", read_queue}, {"reorder", read_reorder},
    {"release", read_release}, {"mtu", read_mtu},    {"loss", read_loss},   {"cut", read_cut},
    {"heal", read_cut},        {"list", read_list},
};
#define KINDS_COUNT (sizeof KINDS / sizeof *KINDS)

int wire_read(struct wire_order *order, const struct lab_words *words, const struct record *record,
              char error[LAB_ERROR]) {
    const char *names[KINDS_COUNT + 1] = {0};
    struct reader reader = {.order = order, .words = words, .record = record, .at = 2, .error = error};
    *order = (struct wire_order){.what = WIRE_LIST};
    for (unsigned i = 0; i < KINDS_COUNT; i++) {
        if (words_is(words, 1, KINDS[i].name)) {
            return KINDS[i].read(&reader);
        }
        names[i] = KINDS[i].name;
    }
    return words_unknown(error, "command of the wire", words_at(words, 1), names, EXAMPLE);
}
