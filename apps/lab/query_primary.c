/* query_primary.c: the tight parts of an expression: numbers, names, selectors, values of nodes, and what follows them
 * directly: .attribute, [index or condition], @point.
 */
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lab/nearest.h"
#include "lab/query_parser.h"
#include "lab/scenario_line.h"

#define WORDS_MAX 3

struct query_node *query_wrong(struct parser *parser, const char *at, const char *format, ...) {
    if (!parser->error[0]) {
        va_list list;
        va_start(list, format);
        vsnprintf(parser->error, LAB_ERROR, format, list);
        va_end(list);
        *parser->offset = (unsigned)(at - parser->text);
    }
    return NULL;
}

void query_blanks(struct parser *parser) {
    while (isspace((unsigned char)*parser->at)) {
        parser->at++;
    }
}

struct query_node *query_make(struct parser *parser, unsigned kind, enum query_type type, struct query_node *left,
                              struct query_node *right) {
    struct query_node *node = calloc(1, sizeof *node);
    if (!node) {
        return query_wrong(parser, parser->at, "no memory");
    }
    node->kind = (uint8_t)kind;
    node->type = (uint8_t)type;
    node->left = left;
    node->right = right;
    node->column = (unsigned)(parser->at - parser->text);
    node->next = parser->query->all;
    parser->query->all = node;
    return node;
}

static struct query_node *constant(struct parser *parser, enum query_type type, double number, const char *at,
                                   size_t length) {
    struct query_node *node = query_make(parser, QUERY_K_CONSTANT, type, NULL, NULL);
    if (!node) {
        return NULL;
    }
    node->number = number;
    node->text = calloc(1, length + 1);
    if (!node->text) {
        return query_wrong(parser, at, "no memory");
    }
    memcpy(node->text, at, length);
    return node;
}

/* The states have a minus in their names, which is no subtraction. */
static size_t identifier(const char *at) {
    static const char *const states[] = {"SYN-SENT",   "SYN-RECEIVED", "FIN-WAIT-1", "FIN-WAIT-2",
                                         "CLOSE-WAIT", "LAST-ACK",     "TIME-WAIT"};
    size_t length = 0;
    if (!isalpha((unsigned char)*at)) {
        return 0;
    }
    for (unsigned i = 0; i < sizeof states / sizeof *states; i++) {
        if (!strncmp(at, states[i], strlen(states[i]))) {
            return strlen(states[i]);
        }
    }
    while (isalnum((unsigned char)at[length]) || at[length] == '_') {
        length++;
    }
    return length;
}

static bool is(const char *at, size_t length, const char *word) {
    return strlen(word) == length && !memcmp(at, word, length);
}

/* Takes a keyword such as `and`. */
bool query_take_word(struct parser *parser, const char *word) {
    query_blanks(parser);
    size_t length = identifier(parser->at);
    if (!is(parser->at, length, word)) {
        return false;
    }
    parser->at += length;
    return true;
}

bool query_take(struct parser *parser, char c) {
    query_blanks(parser);
    if (*parser->at != c) {
        return false;
    }
    parser->at++;
    return true;
}

static struct query_node *number(struct parser *parser) {
    const char *begin = parser->at;
    while (isdigit((unsigned char)*parser->at) || (*parser->at == '.' && isdigit((unsigned char)parser->at[1]))) {
        parser->at++;
    }
    size_t digits = (size_t)(parser->at - begin);
    size_t unit = identifier(parser->at);
    if (!unit) {
        return constant(parser, QUERY_NUMBER, strtod(begin, NULL), begin, digits);
    }
    uint64_t time;
    parser->at += unit;
    if (!scenario_time(begin, digits + unit, &time)) {
        return query_wrong(parser, begin + digits, "`%.*s` is no unit of time (s ms us ns min h)", (int)unit,
                           begin + digits);
    }
    return constant(parser, QUERY_TIME, (double)time / 1e9, begin, digits + unit);
}

/* The words between the parentheses of a selector, in one piece of memory, each with its NUL. */
static int words_of(struct parser *parser, struct query_node *node, const char *words[WORDS_MAX]) {
    size_t length = strcspn(parser->at, ")");
    if (parser->at[length] != ')') {
        query_wrong(parser, parser->at, "`)` was expected");
        return -1;
    }
    node->text = calloc(1, length + 1);
    if (!node->text) {
        query_wrong(parser, parser->at, "no memory");
        return -1;
    }
    memcpy(node->text, parser->at, length);
    parser->at += length + 1;
    int count = 0;
    for (char *word = node->text; word && count < WORDS_MAX; count++) {
        char *comma = strchr(word, ',');
        if (comma) {
            *comma = 0;
        }
        word += strspn(word, " ");
        word[strcspn(word, " ")] = 0;
        words[count] = word;
        word = comma ? comma + 1 : NULL;
    }
    return count;
}

static struct query_node *conns(struct parser *parser, const char *begin) {
    const char *words[WORDS_MAX];
    struct query_node *node = query_make(parser, QUERY_K_CONNS, QUERY_NUMBER, NULL, NULL);
    int count = node ? words_of(parser, node, words) : -1;
    if (count < 0) {
        return NULL;
    }
    int which = query_node_find(parser->names, words[0], strlen(words[0]));
    unsigned state = count == 2 ? query_state_find(words[1], strlen(words[1])) : 0;
    if (which < 0 || !state) {
        return query_wrong(parser, begin, "conns(NODE,STATE) was expected, as in conns(B,CLOSE-WAIT)");
    }
    node->node = (uint8_t)which;
    node->number = state;
    return node;
}

static struct query_node *selector(struct parser *parser, const char *begin, size_t length) {
    if (is(begin, length, "conns")) {
        return conns(parser, begin);
    }
    int which = -1;
    for (int i = 0; query_selector_names[i]; i++) {
        which = is(begin, length, query_selector_names[i]) ? i : which;
    }
    if (which < 0) {
        const char *near = nearest_word(query_selector_names, begin, length);
        return query_wrong(parser, begin,
                           "`%.*s` is no selector%s%s%s (seg_tx seg_rx wire state timer call ret rule app http cmd)",
                           (int)length, begin, near ? "; did you mean `" : "", near ? near : "", near ? "`?" : "");
    }
    const char *words[WORDS_MAX];
    struct query_node *node = query_make(parser, QUERY_K_SELECT, QUERY_EVENTS, NULL, NULL);
    int count = node ? words_of(parser, node, words) : -1;
    char error[LAB_ERROR];
    if (count < 0) {
        return NULL;
    }
    node->select.selector = (uint8_t)which;
    if (query_select_set(&node->select, words, (unsigned)count, parser->names, error)) {
        return query_wrong(parser, begin, "%s", error);
    }
    return node;
}

static struct query_node *node_value(struct parser *parser, const char *begin, size_t length) {
    int which = query_node_find(parser->names, begin, length);
    if (which < 0) {
        return query_wrong(parser, begin, "there is no node %.*s", (int)length, begin);
    }
    const char *word = ++parser->at;
    size_t word_length = identifier(word);
    int value = query_value_find(word, word_length);
    if (value < 0) {
        const char *near = nearest_word(query_value_names, word, word_length);
        return query_wrong(parser, word, "a node has no value `%.*s`%s%s%s", (int)word_length, word,
                           near ? "; did you mean `"
                                : " (state conn error bytes sent connections iss irs cwnd rto ...)",
                           near ? near : "", near ? "`?" : "");
    }
    parser->at += word_length;
    struct query_node *node = query_make(parser, QUERY_K_VALUE, query_value_type((unsigned)value), NULL, NULL);
    if (node) {
        node->node = (uint8_t)which;
        node->op = (uint8_t)value;
    }
    return node;
}

static int attribute(struct parser *parser) {
    const char *word = parser->at;
    size_t length = identifier(word);
    int which = query_attribute_find(word, length);
    if (which < 0) {
        const char *near = nearest_word(query_attribute_names, word, length);
        query_wrong(parser, word, "an event has no `.%.*s`%s%s%s", (int)length, word,
                    near ? "; did you mean `." : " (.t .seq .ack .fl .win .len .id ...)", near ? near : "",
                    near ? "`?" : "");
    }
    parser->at += length;
    return which;
}

static struct query_node *named(struct parser *parser) {
    const char *begin = parser->at;
    size_t length = identifier(begin);
    parser->at += length;
    if (query_take(parser, '(')) {
        return selector(parser, begin, length);
    }
    if (*parser->at == '.' && parser->at == begin + length) {
        return node_value(parser, begin, length);
    }
    if (is(begin, length, "now")) {
        return query_make(parser, QUERY_K_NOW, QUERY_TIME, NULL, NULL);
    }
    if (is(begin, length, "msl")) {
        return query_make(parser, QUERY_K_MSL, QUERY_TIME, NULL, NULL);
    }
    return constant(parser, QUERY_NAME, 0, begin, length);
}

static struct query_node *quoted(struct parser *parser) {
    const char *begin = parser->at + 1, *end = strchr(begin, '"');
    if (!end) {
        return query_wrong(parser, parser->at, "this string has no end");
    }
    parser->at = end + 1;
    return constant(parser, QUERY_NAME, 0, begin, (size_t)(end - begin));
}

static struct query_node *self(struct parser *parser) {
    const char *begin = parser->at++;
    if (!parser->brackets) {
        return query_wrong(parser, begin,
                           "an attribute alone is only known in brackets, as in seg_tx(A,DATA)[.len > 10]");
    }
    int which = attribute(parser);
    struct query_node *node = which < 0
                                  ? NULL
                                  : query_make(parser, QUERY_K_SELF, query_attribute_type((unsigned)which), NULL, NULL);
    if (node) {
        node->op = (uint8_t)which;
    }
    return node;
}

static struct query_node *primary(struct parser *parser) {
    query_blanks(parser);
    if (isdigit((unsigned char)*parser->at)) {
        return number(parser);
    }
    if (*parser->at == '"') {
        return quoted(parser);
    }
    if (*parser->at == '.') {
        return self(parser);
    }
    if (isalpha((unsigned char)*parser->at)) {
        return named(parser);
    }
    const char *begin = parser->at;
    if (!query_take(parser, '(')) {
        return query_wrong(parser, begin,
                           *begin ? "a value was expected, not `%.1s`" : "a value was expected at the end", begin);
    }
    struct query_node *inside = query_or(parser);
    if (inside && !query_take(parser, ')')) {
        return query_wrong(parser, parser->at, "`)` was expected");
    }
    return inside;
}

/* seg_tx(A,SYN)[2], seg_tx(A,SYN)[.len > 0] */
static struct query_node *bracket(struct parser *parser, struct query_node *left) {
    const char *begin = parser->at;
    if (left->type != QUERY_EVENTS) {
        return query_wrong(parser, begin, "only events can be followed by brackets, as in seg_tx(A,SYN)[2]");
    }
    parser->brackets++;
    struct query_node *right = query_or(parser);
    parser->brackets--;
    if (right && !query_take(parser, ']')) {
        return query_wrong(parser, parser->at, "`]` was expected");
    }
    if (!right) {
        return NULL;
    }
    if (right->type == QUERY_NUMBER) {
        return query_make(parser, QUERY_K_INDEX, QUERY_EVENTS, left, right);
    }
    if (right->type != QUERY_TRUTH && right->type != QUERY_EVENTS) {
        return query_wrong(parser, begin, "in brackets stands a number or a condition, as in [2] or [.len > 0]");
    }
    return query_make(parser, QUERY_K_WHERE, QUERY_EVENTS, left, right);
}

/* @drop2, @1.5s, @(seg_rx(B,FIN)[1]) */
static struct query_node *point(struct parser *parser, struct query_node *left) {
    const char *begin = parser->at;
    query_blanks(parser);
    size_t length = identifier(parser->at);
    struct query_node *right;
    if (length) {
        right = constant(parser, QUERY_NAME, 0, parser->at, length);
        if (right) {
            right->kind = QUERY_K_TAG;
            right->type = QUERY_EVENTS;
        }
        parser->at += length;
    } else {
        right = primary(parser);
    }
    if (!right) {
        return NULL;
    }
    if (right->type != QUERY_EVENTS && right->type != QUERY_TIME && right->type != QUERY_NUMBER) {
        return query_wrong(parser, begin, "after @ comes a tag (@drop2), a time (@1.5s) or an event in parentheses");
    }
    return query_make(parser, QUERY_K_AT, left->type, left, right);
}

static struct query_node *dot(struct parser *parser, struct query_node *left) {
    if (left->type != QUERY_EVENTS) {
        return query_wrong(parser, parser->at - 1, "only events have attributes, as in seg_tx(A,SYN).seq");
    }
    int which = attribute(parser);
    struct query_node *node = which < 0
                                  ? NULL
                                  : query_make(parser, QUERY_K_ATTR, query_attribute_type((unsigned)which), left, NULL);
    if (node) {
        node->op = (uint8_t)which;
    }
    return node;
}

struct query_node *query_postfix(struct parser *parser) {
    struct query_node *node = primary(parser);
    while (node) {
        if (query_take(parser, '[')) {
            node = bracket(parser, node);
        } else if (query_take(parser, '@')) {
            node = point(parser, node);
        } else if (query_take(parser, '.')) {
            node = dot(parser, node);
        } else {
            return node;
        }
    }
    return NULL;
}
