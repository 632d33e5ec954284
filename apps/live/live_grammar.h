/* live_grammar.h: the octets of an HTTP message, each by the part of the grammar that it is. RFC 9112 2 to 5.
 *
 *     struct live_grammar grammar = live_grammar_of(octets, length, false);
 *     while (live_grammar_next(&grammar, &piece)) ...
 *
 * The pieces follow each other without gaps and end where the octets end. This is for showing, not for judging: what
 * no grammar has is a piece all the same. http_head.h judges.
 */
#ifndef LIVE_GRAMMAR_H
#define LIVE_GRAMMAR_H

#include <stdbool.h>
#include <stdint.h>

/* X(NAME, "what it is called", "what it is") */
#define LIVE_PART_LIST(X)                                                               \
    X(METHOD, "method", "what the request is for: RFC 9110 9")                          \
    X(PATH, "target", "of what: RFC 9112 3.2")                                          \
    X(QUERY, "query", "the part of the target behind the question mark: RFC 3986 3.4")  \
    X(VERSION, "version", "of the protocol: RFC 9112 2.3")                              \
    X(STATUS, "status", "what came of the request: RFC 9110 15")                        \
    X(REASON, "reason", "the same in words, for people: RFC 9112 4")                    \
    X(SPACE, "SP", "one space between the parts of the first line: RFC 9112 3")         \
    X(NAME, "field name", "RFC 9110 5.1")                                               \
    X(COLON, "colon", "between name and value, with white space behind it: RFC 9112 5") \
    X(VALUE, "field value", "RFC 9110 5.5")                                             \
    X(CRLF, "CRLF", "the end of a line; an empty one ends the head: RFC 9112 2.1")      \
    X(BODY, "body", "the content, as long as the head says: RFC 9112 6")

enum live_part {
#define LIVE_PART_ENUM(name, word, meaning) LIVE_PART_##name,
    LIVE_PART_LIST(LIVE_PART_ENUM)
#undef LIVE_PART_ENUM
        LIVE_PARTS
};

const char *live_part_name(enum live_part part);
const char *live_part_meaning(enum live_part part);

struct live_grammar {
    const uint8_t *octets;
    uint32_t length, at;
    uint8_t step;
    bool response;
};

struct live_piece {
    enum live_part part;
    uint32_t at, length;
};

struct live_grammar live_grammar_of(const void *octets, uint32_t length, bool response);

/* The next piece, never an empty one. False: there are no octets left. */
bool live_grammar_next(struct live_grammar *grammar, struct live_piece *piece);

#endif
