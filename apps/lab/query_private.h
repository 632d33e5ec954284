/* query_private.h: an expression as a tree. query_parse.c builds it, query_eval.c gives it a value, query_select.c
 * finds events, query_value.c knows what can be asked of an event and of a node.
 */
#ifndef LAB_QUERY_PRIVATE_H
#define LAB_QUERY_PRIVATE_H

#include "lab/query.h"

#define QUERY_ANY_NODE 0xfe

enum query_kind {
    QUERY_K_CONSTANT, /* number, time or name */
    QUERY_K_NOW,      /* time of the event at which we stand */
    QUERY_K_MSL,
    QUERY_K_SELECT,  /* events */
    QUERY_K_VALUE,   /* A.state */
    QUERY_K_CONNS,   /* conns(B,CLOSE-WAIT) */
    QUERY_K_SELF,    /* .len, of the event that a condition in brackets looks at */
    QUERY_K_ATTR,    /* left.len */
    QUERY_K_INDEX,   /* left[right] */
    QUERY_K_WHERE,   /* left[condition] */
    QUERY_K_AT,      /* left@right */
    QUERY_K_TAG,     /* drop2, behind an @ */
    QUERY_K_CALL,    /* count left */
    QUERY_K_ARITH,   /* left op right */
    QUERY_K_COMPARE, /* left op right */
    QUERY_K_NEGATE,
    QUERY_K_AND,
    QUERY_K_OR,
    QUERY_K_NOT
};

enum query_function { QUERY_COUNT, QUERY_FIRST, QUERY_LAST, QUERY_MIN, QUERY_MAX, QUERY_SUM, QUERY_DIFF };
enum query_compare { QUERY_EQ, QUERY_NE, QUERY_LT, QUERY_LE, QUERY_GT, QUERY_GE };

/* seg_tx(A,SYN): kind of event, node, and one more word. */
enum query_selector {
    QUERY_S_SEG_TX,
    QUERY_S_SEG_RX,
    QUERY_S_WIRE,
    QUERY_S_STATE,
    QUERY_S_TIMER,
    QUERY_S_CALL,
    QUERY_S_RET,
    QUERY_S_RULE,
    QUERY_S_APP,
    QUERY_S_HTTP,
    QUERY_S_CMD,
    QUERY_SELECTORS
};

enum query_segment_class {
    QUERY_F_ANY,
    QUERY_F_SYN,
    QUERY_F_SYNACK,
    QUERY_F_FIN,
    QUERY_F_RST,
    QUERY_F_ACK,
    QUERY_F_DATA
};

enum query_attribute {
    QUERY_A_T,
    QUERY_A_N,
    QUERY_A_C,
    QUERY_A_SEQ,
    QUERY_A_ACK,
    QUERY_A_FL,
    QUERY_A_WIN,
    QUERY_A_LEN,
    QUERY_A_ID,
    QUERY_A_AGAIN,
    QUERY_A_FROM,
    QUERY_A_TO,
    QUERY_A_EDGE,
    QUERY_A_SRC,
    QUERY_A_RULE,
    QUERY_A_OUT,
    QUERY_A_TIMER,
    QUERY_A_AT,
    QUERY_A_ACT,
    QUERY_A_TAG,
    QUERY_A_OP,
    QUERY_A_R,
    QUERY_A_K,
    QUERY_A_COUNT,
    QUERY_A_TEXT,
    QUERY_A_STATUS,
    QUERY_A_ERROR,
    QUERY_ATTRIBUTES
};

/* What can be asked of a node beyond the variables of its connection (V_VARIABLE + enum lucid_variable). */
enum query_node_value {
    QUERY_V_STATE,
    QUERY_V_CONN,
    QUERY_V_ERROR,
    QUERY_V_BYTES,
    QUERY_V_SENT,
    QUERY_V_CONNECTIONS,
    QUERY_V_ISS,
    QUERY_V_IRS,
    QUERY_V_VARIABLE
};

struct query_select {
    uint8_t selector, node; /* enum query_selector; index or QUERY_ANY_NODE */
    uint8_t number;         /* class of segment, timer, act, call */
    uint8_t act;            /* of timers */
    bool any;               /* the second word is missing, or any */
    const char *word;       /* rule, k of app */
    uint32_t *found;        /* events found so far */
    unsigned count, room;
    uint32_t scanned;
};

struct query_node {
    uint8_t kind, op;
    uint8_t type;                           /* enum query_type, as far as it is known beforehand */
    uint8_t node;                           /* VALUE, CONNS: index */
    struct query_node *left, *right, *next; /* next: all nodes, to be freed */
    unsigned column;                        /* offset in the text */
    double number;
    char *text; /* CONSTANT name, TAG, and words of selectors: NUL between them */
    struct query_select select;
};

struct query {
    const struct tlog *log;
    struct query_node *root, *all;
    char *text;
    struct model *scratch; /* for what is asked about the past */
    void **memory;         /* of the latest value */
    unsigned memories;
};

/* Names of nodes while parsing: of a log, or of a list when there is no log yet. */
struct query_names {
    const struct tlog *log;
    const char *const *node;
    unsigned nodes;
};

/* Parses. NULL; then *offset tells where in the text, and error is a sentence without a place. */
struct query *query_parse(const char *text, const struct query_names *names, unsigned *offset, char error[LAB_ERROR]);

/* The tables of words. Index or -1. */
int query_attribute_find(const char *word, size_t length);
int query_value_find(const char *word, size_t length);
extern const char *const query_attribute_names[], *const query_value_names[];
enum query_type query_attribute_type(unsigned attribute);
enum query_type query_value_type(unsigned value);

/* Fills in select from its words; -1: what is wrong is in error. */
int query_select_set(struct query_select *select, const char *const *words, unsigned count,
                     const struct query_names *names, char error[LAB_ERROR]);
extern const char *const query_selector_names[];
int query_node_find(const struct query_names *names, const char *word, size_t length);

/* Events of a selector up to number n: how many, in order; they are select->found[0], ... */
unsigned query_select_run(struct query_select *select, const struct tlog *log, uint32_t n);

/* An attribute of one event: a scalar value, NOTHING when that kind of event has none. */
struct query_value query_attribute(const struct tlog *log, const struct tlog_event *event, unsigned attribute);

/* A value of a node. */
struct query_value query_node_value(const struct model *model, unsigned node, unsigned value);
unsigned query_conns(const struct model *model, unsigned node, unsigned state);

/* The state of that name (length octets), or 0. */
unsigned query_state_find(const char *name, size_t length);

#endif
