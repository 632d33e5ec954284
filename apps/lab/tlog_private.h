/* tlog_private.h: what the files of the reader of logs have in common: tlog.c keeps, tlog_scan.c takes lines apart,
 * tlog_parse.c knows which keys a kind of event has, tlog_put.c what may be in them.
 */
#ifndef LAB_TLOG_PRIVATE_H
#define LAB_TLOG_PRIVATE_H

#include "lab/tlog_scan.h"

/* A place of a string that occurs again and again, kept once. */
struct tlog_names {
    struct tlog_text *slot; /* at: NULL when free */
    uint32_t count, slots;  /* slots: a power of two */
};

/* Memory that is given back all at once. */
struct tlog_block {
    struct tlog_block *next;
    size_t used, size;
    char data[];
};

/* Addresses that were read lately. */
struct tlog_address {
    char text[LUCID_ADDR_TEXT];
    uint8_t length;
    struct lucid_addr addr;
};
#define TLOG_ADDRESSES 8

struct tlog {
    struct tlog_header header;
    bool begun; /* the header was read */
    uint32_t count, room;
    struct tlog_event *event;
    struct tlog_block *lines, *texts; /* the newest first */
    struct tlog_names names;
    struct tlog_address address[TLOG_ADDRESSES];
    unsigned next_address;
    char *joined; /* all lines in a row, made when somebody asks */
    size_t joined_length;
};

/* Room in a list of blocks, or NULL: no memory. */
char *tlog_room(struct tlog_block **list, size_t size);

/* Keeps octets, followed by a NUL. tlog_name(): once for all equal ones. Return 0, or -1: no memory. */
int tlog_keep(struct tlog *log, const char *octets, uint32_t length, struct tlog_text *text);
int tlog_name(struct tlog *log, const char *octets, uint32_t length, struct tlog_text *text);

extern const struct tlog_text TLOG_EMPTY;

/* One line that is being read. */
struct tlog_parse {
    struct tlog *log;
    struct tlog_line line;
    struct tlog_event event;
    struct tlog_header *header; /* instead, when it is the first line */
};

struct tlog_key;
typedef int tlog_put(struct tlog_parse *parse, const struct tlog_field *field, const struct tlog_key *key);

/* A key, what reads its value, and where that goes: an offset in struct tlog_event or struct tlog_header. */
struct tlog_key {
    const char *name;
    tlog_put *put;
    uint16_t at;
    bool needed;
};

/* Those that read values. Each returns 0, or -1 and the sentence. */
tlog_put tlog_put_u64, tlog_put_u32, tlog_put_u16, tlog_put_i64, tlog_put_i32, tlog_put_i16, tlog_put_bool;
tlog_put tlog_put_text, tlog_put_name, tlog_put_hex;
tlog_put tlog_put_address, tlog_put_end, tlog_put_node;
tlog_put tlog_put_kind, tlog_put_state, tlog_put_source, tlog_put_timer, tlog_put_call, tlog_put_outcome, tlog_put_act,
    tlog_put_flags, tlog_put_result;

/* For a value that is no text: -1 and a sentence. */
int tlog_need_string(struct tlog_parse *parse, const struct tlog_field *field);

/* Keeps the text of a string. Returns 0, or -1 and the sentence. */
int tlog_take_text(struct tlog_parse *parse, const struct tlog_field *field, struct tlog_text *text);

/* Reads the fields of one object, from the first on to the last of its depth, by a table that a key without a name
 * ends; skips those that it does not know. seen: OR of 1 << place in the table. Returns 0, or -1 and the sentence. */
int tlog_take_fields(struct tlog_parse *parse, const struct tlog_key *keys, unsigned first, uint32_t *seen);

/* Returns 0, or -1 and a sentence: what ("an event") needs a key that was not seen. */
int tlog_need_keys(struct tlog_parse *parse, const struct tlog_key *keys, uint32_t seen, const char *what);

/* Reads the line that parse->line has. Returns 0, or -1 and the sentence; nothing of the log has changed then. */
int tlog_parse_event(struct tlog_parse *parse);
int tlog_parse_header(struct tlog_parse *parse);

#endif
