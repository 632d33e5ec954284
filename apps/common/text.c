/* text.c: text that grows at its end. See text.h. */
#include "common/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct text text_fixed(char *room, size_t capacity) {
    room[0] = '\0';
    return (struct text){.data = room, .capacity = capacity};
}

struct text text_growing(void) {
    return (struct text){.growing = true};
}

/* Room that a growing text begins with: most lines and heads fit, so that they ask for memory once. */
static const size_t FIRST = 400;

static void grow(struct text *text, size_t needed) {
    size_t capacity = text->capacity * 2 > FIRST ? text->capacity * 2 : FIRST;
    capacity = capacity > needed ? capacity : needed;
    char *data = realloc(text->data, capacity);
    if (data) {
        text->data = data;
        text->capacity = capacity;
    }
}

/* Makes room for more octets and the NUL; returns how many octets there is room for. */
static size_t make_room(struct text *text, size_t more) {
    size_t needed = text->length + more + 1;
    if (text->growing && needed > text->capacity) {
        grow(text, needed);
    }
    if (needed <= text->capacity) {
        return more;
    }
    text->cut = true;
    return text->capacity > text->length ? text->capacity - text->length - 1 : 0;
}

void text_put_more(struct text *text, const void *octets, size_t length) {
    size_t room = make_room(text, length);
    if (!text->data) {
        return;
    }
    if (room > 0) {
        memcpy(text->data + text->length, octets, room);
    }
    text->length += room;
    text->data[text->length] = '\0';
}

void text_put_char(struct text *text, char c) {
    text_put_octets(text, &c, 1);
}

void text_put_number(struct text *text, uint64_t number) {
    char digits[20];
    unsigned at = sizeof digits;
    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    text_put_octets(text, digits + at, sizeof digits - at);
}

void text_format(struct text *text, const char *format, ...) {
    char line[512];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    if (length >= 0 && (size_t)length < sizeof line) {
        text_put_octets(text, line, (size_t)length);
        return;
    }
    size_t longer = length > 0 ? (size_t)length : 0;
    if (longer == 0 || make_room(text, longer) < longer) {
        text->cut = true;
        return;
    }
    va_start(arguments, format);
    vsnprintf(text->data + text->length, longer + 1, format, arguments);
    va_end(arguments);
    text->length += longer;
}

static const char *html_reference(char c) {
    switch (c) {
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '&':
        return "&amp;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

void text_put_html(struct text *text, const char *octets, size_t length) {
    for (size_t i = 0; i < length; i++) {
        const char *reference = html_reference(octets[i]);
        if (reference) {
            text_put(text, reference);
        } else {
            text_put_char(text, octets[i]);
        }
    }
}

char *text_detach(struct text *text) {
    char *data = text->cut ? NULL : text->data;
    if (data) {
        *text = text_growing();
    } else {
        text_free(text);
    }
    return data;
}

void text_free(struct text *text) {
    free(text->data);
    *text = text_growing();
}
