/* wrap.c: see wrap.h. */
#include <string.h>

#include "lab/wrap.h"

/* Octets of the character there. */
static size_t octets(const char *at) {
    size_t length = 1;
    while (at[length] && ((unsigned char)at[length] & 0xc0) == 0x80) {
        length++;
    }
    return length;
}

static bool is_wide(const char *at) {
    return (unsigned char)*at >= 0xe3;
}

static unsigned width(const char *at) {
    return is_wide(at) ? 2 : 1;
}

unsigned wrap_width(const char *text) {
    unsigned columns = 0;
    for (; *text; text += octets(text)) {
        columns += width(text);
    }
    return columns;
}

/* What must stay together: a wide character, or the narrow ones up to a blank or a wide one. */
static size_t piece(const char *at, unsigned *columns) {
    const char *end = at + octets(at);
    *columns = width(at);
    while (!is_wide(at) && *end && *end != ' ' && !is_wide(end)) {
        *columns += width(end);
        end += octets(end);
    }
    return (size_t)(end - at);
}

/* No line begins with a stop or a bracket that closes. */
static bool hangs(const char *at) {
    static const char *const marks[] = {"，", "。", "；", "：", "、", "）", "”", "？", "！"};
    for (unsigned i = 0; i < sizeof marks / sizeof *marks; i++) {
        if (!strncmp(at, marks[i], strlen(marks[i]))) {
            return true;
        }
    }
    return false;
}

static void new_line(struct text *out, unsigned indent, unsigned *column) {
    text_format(out, "\n%*s", (int)indent, "");
    *column = indent;
}

void wrap_put(struct text *out, const char *paragraph, unsigned at, unsigned indent) {
    unsigned column = at, columns;
    while (*paragraph) {
        bool blank = *paragraph == ' ';
        paragraph += strspn(paragraph, " ");
        if (!*paragraph) {
            break;
        }
        size_t length = piece(paragraph, &columns);
        if (column + blank + columns > WRAP_COLUMNS && column > indent && !hangs(paragraph)) {
            new_line(out, indent, &column);
        } else if (blank) {
            text_put_char(out, ' ');
            column++;
        }
        text_put_octets(out, paragraph, length);
        column += columns;
        paragraph += length;
    }
    text_put_char(out, '\n');
}
