/* text.h: text that grows at its end: a line of a trace, a head of an answer, a page.
 *
 * Two kinds: one that lives in memory of the caller's and is cut there (text_fixed), and one that asks for memory as
 * it grows (text_growing, to be ended by text_free or text_detach). Either way nothing fails in the middle: what does
 * not fit, or finds no memory, sets `cut`, and the caller looks at that once at the end. The text is always followed
 * by a NUL.
 */
#ifndef COMMON_TEXT_H
#define COMMON_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct text {
    char *data;
    size_t length;
    size_t capacity; /* octets of data, of which one is for the NUL */
    bool growing;
    bool cut;
};

/* Text in memory of the caller's; capacity at least 1. */
struct text text_fixed(char *room, size_t capacity);

/* Text that grows. */
struct text text_growing(void);

/* Behind text_put_octets() when there is no room for all of them: makes room, or cuts. */
void text_put_more(struct text *text, const void *octets, size_t length);

/* These are here so that a constant string costs no more than a few stores. */
static inline void text_put_octets(struct text *text, const void *octets, size_t length) {
    if (length == 0 || length >= text->capacity - text->length) {
        text_put_more(text, octets, length);
        return;
    }
    memcpy(text->data + text->length, octets, length);
    text->length += length;
    text->data[text->length] = '\0';
}

static inline void text_put(struct text *text, const char *string) {
    text_put_octets(text, string, strlen(string));
}

void text_put_char(struct text *text, char c);
void text_put_number(struct text *text, uint64_t number);
void text_format(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* HTML: the five characters that mean something there become references. */
void text_put_html(struct text *text, const char *octets, size_t length);

/* Gives the memory of a growing text to the caller, who frees it; NULL when it was cut. The text is empty then. */
char *text_detach(struct text *text);

void text_free(struct text *text);

#endif
