/* grid_code.c: characters: UTF-8, how wide they are, what they look like where there is only ASCII. See grid.h. */
#include "lab/grid.h"

#include <stddef.h>

uint32_t utf8_next(const char **utf8) {
    const uint8_t *at = (const uint8_t *)*utf8;
    static const struct {
        uint8_t mask, lead, more;
        uint32_t least;
    } forms[] = {{0xe0, 0xc0, 1, 0x80}, {0xf0, 0xe0, 2, 0x800}, {0xf8, 0xf0, 3, 0x10000}};
    if (at[0] < 0x80) {
        *utf8 += at[0] != 0;
        return at[0] == 0 ? 0 : at[0] < 0x20 || at[0] == 0x7f ? '?' : at[0];
    }
    for (unsigned i = 0; i < 3; i++) {
        if ((at[0] & forms[i].mask) != forms[i].lead) {
            continue;
        }
        uint32_t code = at[0] & (uint8_t)~forms[i].mask;
        unsigned k = 1;
        while (k <= forms[i].more && (at[k] & 0xc0) == 0x80) {
            code = code << 6 | (at[k++] & 0x3f);
        }
        if (k > forms[i].more && code >= forms[i].least && code <= 0x10ffff && code >= 0xa0) {
            *utf8 += k;
            return code;
        }
    }
    *utf8 += 1;
    return '?';
}

void utf8_put(struct text *out, uint32_t code) {
    if (code < 0x80) {
        text_put_char(out, (char)code);
        return;
    }
    if (code < 0x800) {
        text_put_char(out, (char)(0xc0 | code >> 6));
    } else if (code < 0x10000) {
        text_put_char(out, (char)(0xe0 | code >> 12));
        text_put_char(out, (char)(0x80 | (code >> 6 & 0x3f)));
    } else {
        text_put_char(out, (char)(0xf0 | code >> 18));
        text_put_char(out, (char)(0x80 | (code >> 12 & 0x3f)));
        text_put_char(out, (char)(0x80 | (code >> 6 & 0x3f)));
    }
    text_put_char(out, (char)(0x80 | (code & 0x3f)));
}

static bool within(uint32_t code, const uint32_t (*range)[2], size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (code >= range[i][0] && code <= range[i][1]) {
            return true;
        }
    }
    return false;
}

/* Unicode's East Asian Wide and Fullwidth, in blocks; and marks that stand on the character before. */
int code_columns(uint32_t code) {
    static const uint32_t wide[][2] = {
        {0x1100, 0x115f}, {0x2e80, 0x303e}, {0x3041, 0x33ff},   {0x3400, 0x4dbf},   {0x4e00, 0x9fff},
        {0xa000, 0xa4cf}, {0xa960, 0xa97f}, {0xac00, 0xd7a3},   {0xf900, 0xfaff},   {0xfe30, 0xfe6f},
        {0xff00, 0xff60}, {0xffe0, 0xffe6}, {0x1f300, 0x1f64f}, {0x1f900, 0x1f9ff}, {0x20000, 0x3fffd},
    };
    static const uint32_t none[][2] = {
        {0x300, 0x36f},   {0x483, 0x489},   {0x591, 0x5bd},   {0x610, 0x61a},   {0x64b, 0x65f},   {0x200b, 0x200f},
        {0x202a, 0x202e}, {0x2060, 0x206f}, {0x20d0, 0x20ff}, {0xfe00, 0xfe0f}, {0xfe20, 0xfe2f}, {0xfeff, 0xfeff},
    };
    if (code < 0x300) {
        return code != 0;
    }
    if (within(code, none, sizeof none / sizeof *none)) {
        return 0;
    }
    return within(code, wide, sizeof wide / sizeof *wide) ? 2 : 1;
}

int utf8_columns(const char *utf8) {
    int columns = 0;
    for (uint32_t code; (code = utf8_next(&utf8));) {
        columns += code_columns(code);
    }
    return columns;
}

uint32_t code_ascii(uint32_t code) {
    static const struct {
        uint32_t code;
        char ascii;
    } table[] = {
        {0x2500, '-'}, {0x2501, '='}, {0x2502, '|'}, {0x2503, '!'}, {0x2504, '.'}, {0x2506, ':'}, {0x2550, '='},
        {0x25b2, '^'}, {0x25b6, '>'}, {0x25bc, 'v'}, {0x25c0, '<'}, {0x25cf, '@'}, {0x25a0, '#'}, {0x25c6, '%'},
        {0x25cb, 'o'}, {0x2713, '*'}, {0x00d7, 'x'}, {0x2026, '~'}, {0x2588, '#'}, {0x2591, '.'}, {0x2592, ':'},
        {0x2593, '='}, {0x00b7, '.'}, {0x2192, '>'}, {0x2190, '<'}, {0x2506, ':'}, {0x25ce, 'O'}, {0x258c, '#'},
        {0x25a1, 'H'}, {0x2014, '-'}, {0x2717, 'x'}, {0x25b8, '>'}, {0x25c2, '<'}, {0x2581, '_'}, {0x25c7, '%'},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        if (table[i].code == code) {
            return (uint8_t)table[i].ascii;
        }
    }
    if (code > 0x2500 && code < 0x2580) {
        return '+';
    }
    return code >= 0x2800 && code < 0x2900 ? '*' : code;
}
