/* tlog_put.c: values of a line, each checked and put where it belongs. See tlog_private.h. */
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lab/tlog_private.h"
#include "lucid/socket.h"

static void *place(struct tlog_parse *parse, const struct tlog_key *key) {
    char *base = parse->header ? (char *)parse->header : (char *)&parse->event;
    return base + key->at;
}

static int wrong_value(struct tlog_parse *parse, const struct tlog_field *field, const char *what) {
    const char *at = field->type == TLOG_STRING ? field->at - 1 : field->at;
    if (!field->key) {
        return tlog_wrong(&parse->line, at, "expected %s", what);
    }
    return tlog_wrong(&parse->line, at, "expected %s for \"%.*s\"", what, field->key_length, field->key);
}

/* ---- numbers ---- */

static int need_number(struct tlog_parse *parse, const struct tlog_field *field, uint64_t max) {
    if (field->type == TLOG_NUMBER && !field->negative && field->number <= max) {
        return 0;
    }
    char what[60];
    snprintf(what, sizeof what, "a number from 0 to %" PRIu64, max);
    return wrong_value(parse, field, what);
}

int tlog_put_u64(struct tlog_parse *parse, const struct tlog_field *field, const struct tlog_key *key) {
    if (need_number(parse, field, UINT64_MAX) < 0) {
        return -1;
    }
    *(uint64_t *)place(parse, key) = field->number;
    return 0;
}

int tlog_put_u32(struct tlog_parse *parse, const struct tlog_field *field, const struct tlog_key *key) {
    if (need_number(parse, field, UINT32_MAX) < 0) {
        return -1;
    }
    *(uint32_t *)place(parse, key) = (uint32_t)field->number;
    return 0;
}

int tlog_put_u16(struct tlog_parse *parse, const struct tlog_field *field, const struct tlog_key *key) {
    if (need_number(parse, field, UINT16_MAX) < 0) {
        return -1;
    }
    *(uint16_t *)place(parse, key) = (uint16_t)field->number;
    return 0;
}

static int need_signed(struct tlog_parse *parse, const struct tlog_field *field, int64_t max, int64_t *value) {
    if (field->type != TLOG_NUMBER || field->number > (uint64_t)max) {
        char what[60];
        snprintf(what, sizeof what, "a number from -%" PRId64 " to %" PRId64, max, max);
        return wrong_value(parse, field, what);
    }
    *value = field->negative ? -(int64_t)field->number : (int64_t)field->number;
    return 0;
}

int tlog_put_i64(struct tlog_parse *parse, const struct tlog_field *field, const struct tlog_key *key) {
    return need_signed(parse, field, INT64_MAX, place(parse, key));
}

int tlog_put_i32(struct tlog_parse *parse, const struct tlog_field *field, const struct tlog_key *key) {
    int64_t value = 0;
    if (need_signed(parse, field, INT32_MAX, &value) < 0) {
        return -1;
    }
    *(int32_t *)place(parse, key) = (int32_t)value;
    return 0;
}

int tlog_put_i16(struct tlog_parse *parse, const struct tlog_field *field, const struct tlog_key *key) {
    int64_t value = 0;
    if (need_signed(parse, field, INT16_MAX, &value) < 0) {
        return -1;
    }
    *(int16_t *)place(parse, key) = (int16_t)value;
    return 0;
}

int tlog_put_bool(struct tlog_parse *parse, const struct tlog_field *field, const struct tlog_key *key) {
    if (need_number(parse, field, 1) < 0) {
        return -1;
    }
    *(bool *)place(parse, key) = field->number > 0;
    return 0;
}

/* ---- texts ---- */

int tlog_need_string(struct tlog_parse *parse, const struct tlog_field *field) {
    return field->type == TLOG_STRING ? 0 : wrong_value(parse, field, "a text in quotes");
}

static int no_memory(struct tlog_parse *parse) {
    return tlog_wrong(&parse->line, parse->line.start, "there is not enough memory for this log");
}

int tlog_take_text(struct tlog_parse *parse, const struct tlog_field *field, struct tlog_text *text) {
    if (tlog_need_string(parse, field) < 0) {
        return -1;
    }
    if (!field->escaped) {
        return tlog_keep(parse->log, field->at, field->length, text) < 0 ? no_memory(parse) : 0;
    }
    char *octets = tlog_room(&parse->log->texts, field->length + 1u);
    if (!octets) {
        return no_memory(parse);
    }
    text->at = octets;
    text->length = tlog_unescape(field, octets);
    octets[text->length] = '\0';
    return 0;
}

int tlog_put_text(struct tlog_parse *parse, const struct tlog_field *field, const struct tlog_key *key) {
    return tlog_take_text(parse, field, place(parse, key));
}

/* A text that will be there again. */
int tlog_put_name(struct tlog_parse *parse, const struct tlog_field *field, const struct tlog_key *key) {
    if (field->type != TLOG_STRING || field->escaped) {
        return tlog_put_text(parse, field, key);
    }
    return tlog_name(parse->log, field->at, field->length, place(parse, key)) < 0 ? no_memory(parse) : 0;
}

static int digit_value(char c) {
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int tlog_put_hex(struct tlog_parse *parse, const struct tlog_field *field, const struct tlog_key *key) {
    struct tlog_text *text = place(parse, key);
    if (field->type != TLOG_STRING || field->length % 2 > 0) {
        return wrong_value(parse, field, "octets, each as two hexadecimal digits,");
    }
    char *octets = tlog_room(&parse->log->texts, field->length / 2 + 1u);
    if (!octets) {
        return no_memory(parse);
    }
    for (uint32_t i = 0; i < field->length; i += 2) {
        int high = digit_value(field->at[i]), low = digit_value(field->at[i + 1]);
        if (high < 0 || low < 0) {
            return wrong_value(parse, field, "octets, each as two hexadecimal digits,");
        }
        octets[i / 2] = (char)(high << 4 | low);
    }
    octets[field->length / 2] = '\0';
    *text = (struct tlog_text){octets, field->length / 2};
    return 0;
}

/* ---- addresses and nodes ---- */

/* Every segment has two, and a log has few. */
static int read_address(struct tlog *log, const char *text, size_t length, struct lucid_addr *addr) {
    if (length >= LUCID_ADDR_TEXT) {
        return -1;
    }
    for (unsigned i = 0; i < TLOG_ADDRESSES; i++) {
        if (log->address[i].length == length && !memcmp(log->address[i].text, text, length)) {
            *addr = log->address[i].addr;
            return 0;
        }
    }
    struct tlog_address *kept = &log->address[log->next_address];
    struct tlog_address new = {.length = (uint8_t)length};
    memcpy(new.text, text, length);
    if (strlen(new.text) != length || lucid_addr_parse(new.text, &new.addr) < 0) {
        return -1;
    }
    *kept = new;
    log->next_address = (log->next_address + 1) % TLOG_ADDRESSES;
    *addr = new.addr;
    return 0;
}

int tlog_put_address(struct tlog_parse *parse, const struct tlog_field *field, const struct tlog_key *key) {
    if (field->type == TLOG_STRING && !read_address(parse->log, field->at, field->length, place(parse, key))) {
        return 0;
    }
    return wrong_value(parse, field, "an address like \"10.77.0.1\" or \"fd77::1\"");
}

static int read_port(const char *text, const char *end, uint16_t *port) {
    unsigned value = 0;
    for (const char *at = text; at < end; at++) {
        if (*at < '0' || *at > '9' || value > UINT16_MAX) {
            return -1;
        }
        value = value * 10 + (unsigned)(*at - '0');
    }
    *port = (uint16_t)value;
    return text < end && value <= UINT16_MAX ? 0 : -1;
}

/* "10.77.0.2:80", "[fd77::2]:80", "*:80" */
static int read_end(struct tlog *log, const struct tlog_field *field, struct lucid_sockaddr *end) {
    const char *text = field->at, *last = text + field->length;
    const char *colon = memrchr(text, ':', field->length);
    if (!colon || read_port(colon + 1, last, &end->port) < 0) {
        return -1;
    }
    if (colon - text == 1 && *text == '*') {
        end->addr = (struct lucid_addr){{0}};
        return 0;
    }
    bool brackets = colon - text > 2 && *text == '[' && colon[-1] == ']';
    return read_address(log, text + brackets, (size_t)(colon - text) - 2u * brackets, &end->addr);
}

int tlog_put_end(struct tlog_parse *parse, const struct tlog_field *field, const struct tlog_key *key) {
    if (field->type == TLOG_STRING && !read_end(parse->log, field, place(parse, key))) {
        return 0;
    }
    return wrong_value(parse, field, "an address and a port like \"10.77.0.2:80\"");
}

int tlog_put_node(struct tlog_parse *parse, const struct tlog_field *field, const struct tlog_key *key) {
    int node = field->type == TLOG_STRING ? tlog_node_find(parse->log, field->at, field->length) : -1;
    if (node < 0) {
        return wrong_value(parse, field, "W or the name of a node of the first line");
    }
    *(uint8_t *)place(parse, key) = (uint8_t)node;
    return 0;
}

/* ---- names of things ---- */

static bool is(const struct tlog_field *field, const char *name) {
    return !strncmp(field->at, name, field->length) && name[field->length] == '\0';
}

/* As the log writes names of outcomes: "challenge_ack" for "CHALLENGE-ACK". */
static bool is_lower(const struct tlog_field *field, const char *name) {
    for (uint32_t i = 0; i < field->length; i++) {
        char c = name[i] == '-' ? '_' : (char)tolower((unsigned char)name[i]);
        if (c == '\0' || c != field->at[i]) {
            return false;
        }
    }
    return name[field->length] == '\0';
}

static int find_name(struct tlog_parse *parse, const struct tlog_field *field, const char *(*name)(unsigned),
                     unsigned count, const char *what) {
    for (unsigned i = 0; field->type == TLOG_STRING && i < count; i++) {
        if (is(field, name(i))) {
            return (int)i;
        }
    }
    return wrong_value(parse, field, what);
}

static int put_found(struct tlog_parse *parse, const struct tlog_key *key, int found) {
    if (found >= 0) {
        *(uint8_t *)place(parse, key) = (uint8_t)found;
    }
    return found < 0 ? -1 : 0;
}

int tlog_put_kind(struct tlog_parse *parse, const struct tlog_field *field, const struct tlog_key *key) {
    return put_found(parse, key,
                     find_name(parse, field, tlog_kind_name, TLOG_KINDS, "a kind of event like \"seg_tx\""));
}

int tlog_put_state(struct tlog_parse *parse, const struct tlog_field *field, const struct tlog_key *key) {
    uint16_t *state = place(parse, key);
    if (field->type == TLOG_STRING && field->length == 0) {
        *state = 0;
        return 0;
    }
    for (unsigned bit = LUCID_CLOSED; field->type == TLOG_STRING && bit <= LUCID_TIME_WAIT; bit <<= 1) {
        if (is(field, lucid_state_name(bit))) {
            *state = (uint16_t)bit;
            return 0;
        }
    }
    return wrong_value(parse, field, "a state like \"SYN-SENT\"");
}

static const char *source_name(unsigned source) {
    static const char *const names[] = {"FIG5", "TEXT", "EXT"};
    return names[source];
}

int tlog_put_source(struct tlog_parse *parse, const struct tlog_field *field, const struct tlog_key *key) {
    return put_found(parse, key, find_name(parse, field, source_name, 3, "FIG5, TEXT or EXT"));
}

int tlog_put_timer(struct tlog_parse *parse, const struct tlog_field *field, const struct tlog_key *key) {
    return put_found(parse, key, find_name(parse, field, lucid_timer_name, LUCID_TIMERS, "a timer like \"RTO\""));
}

static const char *call_name(unsigned call) {
    return call == LUCID_CALL_OPEN ? "open" : lucid_call_name(call);
}

int tlog_put_call(struct tlog_parse *parse, const struct tlog_field *field, const struct tlog_key *key) {
    return put_found(parse, key, find_name(parse, field, call_name, LUCID_CALLS, "a call like \"open\""));
}

int tlog_put_outcome(struct tlog_parse *parse, const struct tlog_field *field, const struct tlog_key *key) {
    for (unsigned i = 0; field->type == TLOG_STRING && i < LUCID_OUTCOMES; i++) {
        if (is_lower(field, lucid_outcome_name(i))) {
            return put_found(parse, key, (int)i);
        }
    }
    return wrong_value(parse, field, "an outcome like \"accepted\" or \"challenge_ack\"");
}

int tlog_put_act(struct tlog_parse *parse, const struct tlog_field *field, const struct tlog_key *key) {
    return put_found(parse, key,
                     find_name(parse, field, tlog_wire_name, TLOG_WIRE_KINDS, "what the wire did, like \"drop\","));
}

int tlog_put_flags(struct tlog_parse *parse, const struct tlog_field *field, const struct tlog_key *key) {
    static const char letters[] = "FSRPAUEC"; /* in the order of the bits */
    unsigned flags = 0;
    for (uint32_t i = 0; field->type == TLOG_STRING && i < field->length; i++) {
        const char *found = strchr(letters, field->at[i]);
        unsigned flag = found && *found ? 1u << (found - letters) : 0;
        if (!flag || flags & flag) {
            return wrong_value(parse, field, "letters of S F R P A U E C, each once at most,");
        }
        flags |= flag;
    }
    *(uint8_t *)place(parse, key) = (uint8_t)flags;
    return tlog_need_string(parse, field);
}

/* The number of an error, by its name; 0: unknown. */
static int error_number(const struct tlog_field *field) {
    for (int error = 1; error < 200; error++) {
        if (is(field, lucid_error_name(error))) {
            return error;
        }
    }
    return 0;
}

/* What a call returned: a number, or the name of an error. */
int tlog_put_result(struct tlog_parse *parse, const struct tlog_field *field, const struct tlog_key *key) {
    struct tlog_call *call = place(parse, key);
    if (field->type != TLOG_STRING) {
        return need_signed(parse, field, INT64_MAX, &call->value);
    }
    int error = error_number(field);
    if (!error) {
        return wrong_value(parse, field, "a number or the name of an error like \"ECONNRESET\"");
    }
    call->value = -error;
    return tlog_name(parse->log, field->at, field->length, &call->result) < 0 ? no_memory(parse) : 0;
}
