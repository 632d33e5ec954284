/* http_form.c: see http_form.h. */
#include "http/http_form.h"

#include <stdlib.h>
#include <string.h>

static int hex_digit(char c) {
    static const char digits[] = "0123456789abcdef";
    const char *at = c ? strchr(digits, c | 0x20) : NULL;
    return c >= '0' && c <= '9' ? c - '0' : at ? (int)(at - digits) : -1;
}

/* A percent sign without two digits behind it stands for itself, as browsers have it. */
static void decode(struct text *text, const char *at, const char *end, bool plain) {
    text->length = 0;
    text_put(text, "");
    while (at < end) {
        bool escape = !plain && *at == '%' && end - at > 2 && hex_digit(at[1]) >= 0 && hex_digit(at[2]) >= 0;
        if (escape) {
            text_put_char(text, (char)(hex_digit(at[1]) * 16 + hex_digit(at[2])));
            at += 3;
            continue;
        }
        text_put_char(text, !plain && *at == '+' ? ' ' : *at);
        at++;
    }
}

static const char *find(const char *at, const char *end, char c) {
    const char *found = memchr(at, c, (size_t)(end - at));
    return found ? found : end;
}

bool http_form_next(struct http_form *form, struct text *name, struct text *value) {
    bool cookies = form->between == ';';
    while (form->at < form->end && (*form->at == form->between || (cookies && strchr(" \t", *form->at)))) {
        form->at++;
    }
    if (form->at == form->end) {
        return false;
    }
    const char *end = find(form->at, form->end, form->between), *equals = find(form->at, end, '=');
    decode(name, form->at, equals, cookies);
    decode(value, equals < end ? equals + 1 : end, end, cookies);
    form->at = end;
    return true;
}

unsigned long http_form_number(const char *query, size_t length, const char *name, unsigned long most,
                               unsigned long otherwise) {
    char names[40], values[40];
    struct text key = text_fixed(names, sizeof names), value = text_fixed(values, sizeof values);
    struct http_form form = {query, query + length, '&'};
    while (http_form_next(&form, &key, &value)) {
        bool number = value.length > 0 && value.length < 12 && strspn(values, "0123456789") == value.length;
        if (strcmp(names, name) == 0 && number) {
            unsigned long n = strtoul(values, NULL, 10);
            return n > most ? most : n;
        }
    }
    return otherwise;
}
