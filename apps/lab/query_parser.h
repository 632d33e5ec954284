/* query_parser.h: the parser of expressions while it is at work; shared by query_parse.c and query_primary.c. */
#ifndef LAB_QUERY_PARSER_H
#define LAB_QUERY_PARSER_H

#include "lab/query_private.h"

#define QUERY_DEPTH_MAX 40

struct parser {
    const char *text;
    const char *at;
    const struct query_names *names;
    struct query *query;
    unsigned depth, brackets; /* brackets: how many are open around a condition */
    unsigned *offset;
    char *error;
};

/* Levels of binding: the loosest, and the tightest that query_primary.c reads. */
struct query_node *query_or(struct parser *parser);
struct query_node *query_postfix(struct parser *parser);

/* Sets the first mistake; NULL. */
struct query_node *query_wrong(struct parser *parser, const char *at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* A new node of the tree; NULL: no memory. */
struct query_node *query_make(struct parser *parser, unsigned kind, enum query_type type, struct query_node *left,
                              struct query_node *right);

void query_blanks(struct parser *parser);

/* Takes a keyword, a character, if it comes next. */
bool query_take_word(struct parser *parser, const char *word);
bool query_take(struct parser *parser, char c);

#endif
