/* query_parse.c: text -> tree, by recursive descent; one function for each level of binding.
 *
 *     or: and { or and }             and: not { and not }           not: [not] compare
 *     compare: sum [= != < <= > >= sum]   sum: product { + - product }   product: unary { * / unary }
 *     unary: - unary | FUNCTION unary | postfix
 *     postfix: primary { .ATTRIBUTE | [INDEX or CONDITION] | @POINT }
 *     primary: number with or without a unit | NAME | ( or ) | SELECTOR(words) | NODE.VALUE | .ATTRIBUTE | now | msl
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lab/query_parser.h"

static struct query_node *parse_unary(struct parser *parser);

static const char *const FUNCTIONS[] = {"count", "first", "last", "min", "max", "sum", "diff", NULL};

static bool countable(const struct query_node *node) {
    return node->type == QUERY_EVENTS || node->kind == QUERY_K_ATTR || node->kind == QUERY_K_CALL ||
           node->kind == QUERY_K_ARITH || node->kind == QUERY_K_AT;
}

static struct query_node *function(struct parser *parser, unsigned which, const char *begin) {
    struct query_node *left = parse_unary(parser);
    if (!left) {
        return NULL;
    }
    bool numbers = which >= QUERY_MIN;
    if (!countable(left) || (numbers && (left->type != QUERY_NUMBER && left->type != QUERY_TIME))) {
        return query_wrong(parser, begin, "`%s` is followed by %s", FUNCTIONS[which],
                           numbers ? "numbers of events, as in max seg_tx(A,DATA).len"
                                   : "events, as in count seg_tx(A,SYN)");
    }
    struct query_node *node = query_make(parser, QUERY_K_CALL, which == QUERY_COUNT ? QUERY_NUMBER : left->type, left,
                                         NULL);
    if (node) {
        node->op = (uint8_t)which;
    }
    return node;
}

static struct query_node *unary_inside(struct parser *parser) {
    const char *begin = parser->at;
    if (query_take(parser, '-')) {
        struct query_node *left = parse_unary(parser);
        if (left && left->type != QUERY_NUMBER && left->type != QUERY_TIME) {
            return query_wrong(parser, begin, "a minus stands before a number");
        }
        return left ? query_make(parser, QUERY_K_NEGATE, left->type, left, NULL) : NULL;
    }
    for (unsigned i = 0; FUNCTIONS[i]; i++) {
        if (query_take_word(parser, FUNCTIONS[i])) {
            return function(parser, i, begin);
        }
    }
    return query_postfix(parser);
}

static struct query_node *parse_unary(struct parser *parser) {
    query_blanks(parser);
    if (++parser->depth > QUERY_DEPTH_MAX) {
        return query_wrong(parser, parser->at, "this expression is nested too deeply");
    }
    struct query_node *node = unary_inside(parser);
    parser->depth--;
    return node;
}

static struct query_node *arithmetic(struct parser *parser, struct query_node *left, struct query_node *right, char op,
                                     const char *at) {
    if (!left || !right) {
        return NULL;
    }
    bool numbers = (left->type == QUERY_NUMBER || left->type == QUERY_TIME) &&
                   (right->type == QUERY_NUMBER || right->type == QUERY_TIME);
    if (!numbers) {
        return query_wrong(parser, at, "`%c` stands between numbers", op);
    }
    bool time = left->type == QUERY_TIME || right->type == QUERY_TIME;
    bool ratio = op == '/' && right->type == QUERY_TIME;
    struct query_node *node = query_make(parser, QUERY_K_ARITH, time && !ratio ? QUERY_TIME : QUERY_NUMBER, left,
                                         right);
    if (node) {
        node->op = (uint8_t)op;
    }
    return node;
}

static struct query_node *product(struct parser *parser) {
    struct query_node *left = parse_unary(parser);
    while (left) {
        const char *at = parser->at;
        char op = query_take(parser, '*') ? '*' : query_take(parser, '/') ? '/' : 0;
        if (!op) {
            return left;
        }
        left = arithmetic(parser, left, parse_unary(parser), op, at);
    }
    return NULL;
}

static struct query_node *sum(struct parser *parser) {
    struct query_node *left = product(parser);
    while (left) {
        const char *at = parser->at;
        char op = query_take(parser, '+') ? '+' : query_take(parser, '-') ? '-' : 0;
        if (!op) {
            return left;
        }
        left = arithmetic(parser, left, product(parser), op, at);
    }
    return NULL;
}

static int comparison(struct parser *parser) {
    static const char *const signs[] = {"=", "!=", "<=", ">=", "<", ">"};
    static const enum query_compare meaning[] = {QUERY_EQ, QUERY_NE, QUERY_LE, QUERY_GE, QUERY_LT, QUERY_GT};
    query_blanks(parser);
    for (unsigned i = 0; i < 6; i++) {
        if (!strncmp(parser->at, signs[i], strlen(signs[i]))) {
            parser->at += strlen(signs[i]);
            return (int)meaning[i];
        }
    }
    return -1;
}

static bool comparable(const struct query_node *left, const struct query_node *right) {
    bool left_number = left->type == QUERY_NUMBER || left->type == QUERY_TIME;
    bool right_number = right->type == QUERY_NUMBER || right->type == QUERY_TIME;
    return (left_number && right_number) || (left->type == QUERY_NAME && right->type == QUERY_NAME);
}

static struct query_node *compare(struct parser *parser) {
    struct query_node *left = sum(parser);
    const char *at = parser->at;
    int op = left ? comparison(parser) : -1;
    if (op < 0) {
        return left;
    }
    struct query_node *right = sum(parser);
    if (!right) {
        return NULL;
    }
    if (left->type == QUERY_EVENTS || right->type == QUERY_EVENTS) {
        return query_wrong(parser, at, "events are no number; say count seg_tx(A,SYN) = 3, or seg_tx(A,SYN).seq = 100");
    }
    if (!comparable(left, right)) {
        return query_wrong(parser, at, "a number and a name are never equal");
    }
    struct query_node *node = query_make(parser, QUERY_K_COMPARE, QUERY_TRUTH, left, right);
    if (node) {
        node->op = (uint8_t)op;
    }
    return node;
}

static struct query_node *truth(struct parser *parser, unsigned kind, struct query_node *left, struct query_node *right,
                                const char *at) {
    const struct query_node *both[] = {left, right};
    for (unsigned i = 0; i < 2; i++) {
        if (both[i] && both[i]->type != QUERY_TRUTH && both[i]->type != QUERY_EVENTS) {
            return query_wrong(parser, at, "and, or, not are for conditions, as in A.state = CLOSED and now > 3s");
        }
    }
    return query_make(parser, kind, QUERY_TRUTH, left, right);
}

static struct query_node *parse_not(struct parser *parser) {
    const char *at = parser->at;
    if (!query_take_word(parser, "not")) {
        return compare(parser);
    }
    struct query_node *left = compare(parser);
    return left ? truth(parser, QUERY_K_NOT, left, NULL, at) : NULL;
}

static struct query_node *parse_and(struct parser *parser) {
    struct query_node *left = parse_not(parser);
    while (left && query_take_word(parser, "and")) {
        const char *at = parser->at;
        struct query_node *right = parse_not(parser);
        left = right ? truth(parser, QUERY_K_AND, left, right, at) : NULL;
    }
    return left;
}

struct query_node *query_or(struct parser *parser) {
    if (++parser->depth > QUERY_DEPTH_MAX) {
        return query_wrong(parser, parser->at, "this expression is nested too deeply");
    }
    struct query_node *left = parse_and(parser);
    while (left && query_take_word(parser, "or")) {
        const char *at = parser->at;
        struct query_node *right = parse_and(parser);
        left = right ? truth(parser, QUERY_K_OR, left, right, at) : NULL;
    }
    parser->depth--;
    return left;
}

struct query *query_parse(const char *text, const struct query_names *names, unsigned *offset, char error[LAB_ERROR]) {
    struct query *query = calloc(1, sizeof *query);
    struct parser parser = {text, text, names, query, 0, 0, offset, error};
    error[0] = 0;
    *offset = 0;
    if (!query) {
        snprintf(error, LAB_ERROR, "no memory");
        return NULL;
    }
    query->root = query_or(&parser);
    query_blanks(&parser);
    if (query->root && *parser.at) {
        query_wrong(&parser, parser.at, "the end of the expression was expected, not `%.20s`", parser.at);
    }
    if (error[0]) {
        query_free(query);
        return NULL;
    }
    return query;
}
