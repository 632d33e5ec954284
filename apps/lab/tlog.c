/* tlog.c: the events of a log, kept: lines, texts, numbers. See tlog.h; how a line is read is tlog_parse.c.
 *
 * Lines and texts lie in blocks that are never moved, since events point into them; texts that occur again and again
 * (edges, rules, tags) are kept once.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lab/tlog_private.h"

#define BLOCK 65536u

const struct tlog_text TLOG_EMPTY = {"", 0};

/* ---- memory ---- */

static struct tlog_block *add_block(struct tlog_block **list, size_t size) {
    struct tlog_block *block = malloc(sizeof *block + size);
    if (block) {
        block->next = *list;
        block->used = 0;
        block->size = size;
        *list = block;
    }
    return block;
}

char *tlog_room(struct tlog_block **list, size_t size) {
    struct tlog_block *block = *list;
    if (!block || block->size - block->used < size) {
        block = add_block(list, size > BLOCK ? size : BLOCK);
    }
    if (!block) {
        return NULL;
    }
    block->used += size;
    return block->data + block->used - size;
}

static void free_blocks(struct tlog_block *block) {
    while (block) {
        struct tlog_block *next = block->next;
        free(block);
        block = next;
    }
}

int tlog_keep(struct tlog *log, const char *octets, uint32_t length, struct tlog_text *text) {
    char *kept = tlog_room(&log->texts, length + 1u);
    if (!kept) {
        return -1;
    }
    memcpy(kept, octets, length);
    kept[length] = '\0';
    *text = (struct tlog_text){kept, length};
    return 0;
}

/* ---- texts that are kept once ---- */

static uint32_t hash_of(const char *octets, uint32_t length) {
    uint32_t hash = 2166136261u; /* FNV-1a */
    for (uint32_t i = 0; i < length; i++) {
        hash = (hash ^ (unsigned char)octets[i]) * 16777619u;
    }
    return hash;
}

static struct tlog_text *find_slot(const struct tlog_names *names, const char *octets, uint32_t length) {
    for (uint32_t at = hash_of(octets, length);; at++) {
        struct tlog_text *slot = &names->slot[at & (names->slots - 1)];
        if (!slot->at || (slot->length == length && !memcmp(slot->at, octets, length))) {
            return slot;
        }
    }
}

static int widen(struct tlog_names *names) {
    struct tlog_names wider = {.count = names->count, .slots = names->slots ? 2 * names->slots : 256};
    wider.slot = calloc(wider.slots, sizeof *wider.slot);
    if (!wider.slot) {
        return -1;
    }
    for (uint32_t i = 0; i < names->slots; i++) {
        const struct tlog_text *text = &names->slot[i];
        if (text->at) {
            *find_slot(&wider, text->at, text->length) = *text;
        }
    }
    free(names->slot);
    *names = wider;
    return 0;
}

int tlog_name(struct tlog *log, const char *octets, uint32_t length, struct tlog_text *text) {
    struct tlog_names *names = &log->names;
    if (2 * names->count >= names->slots && widen(names) < 0) {
        return -1;
    }
    struct tlog_text *slot = find_slot(names, octets, length);
    if (!slot->at) {
        if (tlog_keep(log, octets, length, slot) < 0) {
            return -1;
        }
        names->count++;
    }
    *text = *slot;
    return 0;
}

/* ---- a log ---- */

struct tlog *tlog_new(void) {
    return calloc(1, sizeof(struct tlog));
}

void tlog_free(struct tlog *log) {
    if (!log) {
        return;
    }
    free_blocks(log->lines);
    free_blocks(log->texts);
    free(log->names.slot);
    free(log->event);
    free(log->joined);
    free(log);
}

static int make_room(struct tlog *log) {
    if (log->count < log->room) {
        return 0;
    }
    uint32_t room = log->room ? 2 * log->room : 256;
    struct tlog_event *event = realloc(log->event, room * sizeof *event);
    if (!event) {
        return -1;
    }
    log->event = event;
    log->room = room;
    return 0;
}

/* A line that stays where it is. */
static int add_kept(struct tlog *log, const char *line, size_t length, char error[LAB_ERROR]) {
    struct tlog_header header;
    struct tlog_parse parse; /* large, and set where it is used */
    parse.log = log;
    parse.header = log->begun ? NULL : &header;
    parse.line.start = line;
    parse.line.end = line + length;
    parse.line.number = log->count + 1 + log->begun;
    parse.line.error = error;
    if (make_room(log) < 0) {
        return tlog_wrong(&parse.line, line, "there is not enough memory for this log");
    }
    if (tlog_scan(&parse.line) < 0) {
        return -1;
    }
    if (!log->begun) {
        if (tlog_parse_header(&parse) < 0) {
            return -1;
        }
        log->header = header;
        log->begun = true;
        return 0;
    }
    if (tlog_parse_event(&parse) < 0) {
        return -1;
    }
    parse.event.line = line;
    parse.event.line_length = (uint32_t)length;
    log->event[log->count++] = parse.event;
    return 0;
}

/* Longer lines are no events, and would have columns beyond 32 bits one day. */
#define LINE_MAX_OCTETS (16u << 20)

static int refuse_line(const struct tlog *log, const char *why, char error[LAB_ERROR]) {
    snprintf(error, LAB_ERROR, "line %u: %s", log->count + 1 + log->begun, why);
    return -1;
}

int tlog_add(struct tlog *log, const char *line, size_t length, char error[LAB_ERROR]) {
    length -= length > 0 && line[length - 1] == '\n';
    if (length > LINE_MAX_OCTETS) {
        return refuse_line(log, "the line is longer than 16 MB", error);
    }
    char *kept = tlog_room(&log->lines, length + 1);
    if (!kept) {
        return refuse_line(log, "there is not enough memory for this log", error);
    }
    memcpy(kept, line, length);
    kept[length] = '\n';
    int result = add_kept(log, kept, length, error);
    if (result < 0) {
        log->lines->used -= length + 1;
    }
    return result;
}

/* ---- a file ---- */

/* Reads all of it into one block, with a line feed at its end. Returns 0, or -1 and errno. */
static int read_block(struct tlog *log, FILE *file) {
    size_t size = 1 << 20, used = 0;
    struct tlog_block *block = NULL;
    for (;;) {
        struct tlog_block *larger = realloc(block, sizeof *block + size);
        if (!larger) {
            free(block);
            return -1;
        }
        block = larger;
        used += fread(block->data + used, 1, size - 1 - used, file);
        if (used < size - 1) {
            break;
        }
        size *= 2;
    }
    if (used > 0 && block->data[used - 1] != '\n') {
        block->data[used++] = '\n';
    }
    block->next = NULL;
    block->used = used;
    block->size = used;
    log->lines = block;
    return ferror(file) ? -1 : 0;
}

static int add_lines(struct tlog *log, char error[LAB_ERROR]) {
    const char *at = log->lines->data, *end = at + log->lines->used;
    while (at < end) {
        const char *feed = memchr(at, '\n', (size_t)(end - at));
        if (feed - at > LINE_MAX_OCTETS) {
            return refuse_line(log, "the line is longer than 16 MB", error);
        }
        if (add_kept(log, at, (size_t)(feed - at), error) < 0) {
            return -1;
        }
        at = feed + 1;
    }
    return log->begun ? 0 : refuse_line(log, "expected the header of a log, but there is nothing", error);
}

static struct tlog *read_file(FILE *file, const char *path, char error[LAB_ERROR]) {
    struct tlog *log = tlog_new();
    char why[LAB_ERROR];
    if (!log || read_block(log, file) < 0) {
        snprintf(error, LAB_ERROR, "%s cannot be read: %s", path, strerror(errno));
        tlog_free(log);
        return NULL;
    }
    if (add_lines(log, why) < 0) {
        snprintf(error, LAB_ERROR, "%.80s, %.160s", path, why);
        tlog_free(log);
        return NULL;
    }
    return log;
}

struct tlog *tlog_read(const char *path, char error[LAB_ERROR]) {
    if (!strcmp(path, "-")) {
        return read_file(stdin, "standard input", error);
    }
    FILE *file = fopen(path, "re");
    if (!file) {
        snprintf(error, LAB_ERROR, "%s cannot be read: %s", path, strerror(errno));
        return NULL;
    }
    struct tlog *log = read_file(file, path, error);
    fclose(file);
    return log;
}

/* ---- readers ---- */

const struct tlog_header *tlog_header(const struct tlog *log) {
    return &log->header;
}

uint32_t tlog_count(const struct tlog *log) {
    return log->count;
}

const struct tlog_event *tlog_at(const struct tlog *log, uint32_t i) {
    return i >= 1 && i <= log->count ? &log->event[i - 1] : NULL;
}

static size_t length_of(const struct tlog_block *block) {
    size_t length = 0;
    for (; block; block = block->next) {
        length += block->used;
    }
    return length;
}

/* What is kept of it is no part of the log that a reader could see: the argument is const. */
const char *tlog_lines(const struct tlog *constant, size_t *length) {
    struct tlog *log = (struct tlog *)constant;
    const struct tlog_block *block = log->lines;
    *length = length_of(block);
    if (!block || !block->next) {
        return block ? block->data : "";
    }
    if (*length != log->joined_length) {
        char *joined = realloc(log->joined, *length);
        if (!joined) {
            return NULL;
        }
        size_t end = *length;
        for (; block; block = block->next) {
            end -= block->used;
            memcpy(joined + end, block->data, block->used);
        }
        log->joined = joined;
        log->joined_length = *length;
    }
    return log->joined;
}

const char *tlog_kind_name(unsigned kind) {
    static const char *const names[TLOG_KINDS] = {
        [TLOG_SEG_TX] = "seg_tx",
        [TLOG_SEG_RX] = "seg_rx",
        [TLOG_WIRE_ACT] = "wire",
        [TLOG_STATE] = "state",
        [TLOG_RULE] = "rule",
        [TLOG_TIMER_SET] = "timer_set",
        [TLOG_TIMER_FIRE] = "timer_fire",
        [TLOG_TIMER_STOP] = "timer_stop",
        [TLOG_VAR] = "var",
        [TLOG_CALL] = "call",
        [TLOG_RET] = "ret",
        [TLOG_APP] = "app",
        [TLOG_HTTP] = "http",
        [TLOG_DNS] = "dns",
        [TLOG_PEER] = "peer",
        [TLOG_CMD] = "cmd",
        [TLOG_NOTE] = "note",
        [TLOG_PREDICT] = "predict",
        [TLOG_CHECK] = "check",
        [TLOG_DROP] = "drop",
        [TLOG_LOST] = "lost",
    };
    return kind < TLOG_KINDS ? names[kind] : "?";
}

const char *tlog_wire_name(unsigned act) {
    static const char *const names[TLOG_WIRE_KINDS] = {
        [TLOG_WIRE_DROP] = "drop",       [TLOG_WIRE_HOLD] = "hold",       [TLOG_WIRE_DUP] = "dup",
        [TLOG_WIRE_DELAY] = "delay",     [TLOG_WIRE_REORDER] = "reorder", [TLOG_WIRE_CORRUPT] = "corrupt",
        [TLOG_WIRE_RELEASE] = "release", [TLOG_WIRE_CUT] = "cut",         [TLOG_WIRE_QUEUE_FULL] = "queue_full",
        [TLOG_WIRE_HEAL] = "heal",       [TLOG_WIRE_TOO_BIG] = "too_big", [TLOG_WIRE_ICMP] = "icmp",
    };
    return act < TLOG_WIRE_KINDS ? names[act] : "?";
}

const char *tlog_node_name(const struct tlog *log, unsigned node) {
    if (node == TLOG_WIRE_NODE) {
        return "W";
    }
    return node < log->header.nodes ? log->header.node[node].name.at : "?";
}

int tlog_node_find(const struct tlog *log, const char *name, size_t length) {
    for (unsigned i = 0; i < log->header.nodes; i++) {
        const struct tlog_text *text = &log->header.node[i].name;
        if (text->length == length && !memcmp(text->at, name, length)) {
            return (int)i;
        }
    }
    return length == 1 && *name == 'W' ? TLOG_WIRE_NODE : -1;
}
