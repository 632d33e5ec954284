/* drill_text.c: see drill_text.h. */
#include "harness/drill_text.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The length of the comment that begins here, without the line feed after a line comment; 0: none begins. */
static size_t comment_length(const char *at) {
    if (at[0] != '/' || (at[1] != '/' && at[1] != '*')) {
        return 0;
    }
    if (at[1] == '/') {
        return strcspn(at, "\n");
    }
    const char *end = strstr(at + 2, "*/");
    return end ? (size_t)(end + 2 - at) : strlen(at);
}

/* From "RFC " or "regression " on, blanks in a row as one. */
static char *tags_of(const char *comment, size_t length) {
    char *all = strndup(comment, length);
    char *rfc = strstr(all, "RFC "), *regression = strstr(all, "regression "), *from = rfc ? rfc : regression;
    char *tags = NULL;
    if (from) {
        tags = malloc(strlen(from) + 1);
        size_t count = 0;
        for (; *from && *from != '*'; from++) {
            bool blank = isspace((unsigned char)*from) != 0;
            if (!blank || (count > 0 && tags[count - 1] != ' ')) {
                tags[count++] = blank ? ' ' : *from;
            }
        }
        tags[count - (count > 0 && tags[count - 1] == ' ')] = '\0';
    }
    free(all);
    return tags;
}

void drill_text_begin(struct drill_text *text, const char *source, char **tags) {
    text->begin = strdup(source);
    text->at = text->begin;
    text->line = 1;
    *tags = NULL;
    for (char *at = text->begin; *at != '\0'; at++) {
        size_t length = comment_length(at);
        if (length > 0 && !*tags) {
            *tags = tags_of(at, length);
        }
        for (; length > 0; length--, at += length > 0) {
            *at = *at == '\n' ? '\n' : ' ';
        }
    }
    if (!*tags) {
        *tags = strdup("");
    }
}

void drill_text_end(struct drill_text *text) {
    free(text->begin);
}

bool drill_text_skip(struct drill_text *text) {
    for (; isspace((unsigned char)*text->at); text->at++) {
        text->line += *text->at == '\n';
    }
    return *text->at != '\0';
}

bool drill_text_take(struct drill_text *text, const char *word) {
    size_t length = strlen(word);
    if (!drill_text_skip(text) || strncmp(text->at, word, length) != 0) {
        return false;
    }
    if (isalnum((unsigned char)word[length - 1]) &&
        (isalnum((unsigned char)text->at[length]) || text->at[length] == '_')) {
        return false;
    }
    text->at += length;
    return true;
}

char *drill_text_statement(struct drill_text *text) {
    const char *from = text->at;
    int depth = 0;
    while (*text->at != '\0' && *text->at != '\n' && !(*text->at == '}' && depth == 0)) {
        depth += *text->at == '{' ? 1 : *text->at == '}' ? -1 : 0;
        text->at++;
    }
    size_t length = (size_t)(text->at - from);
    while (length > 0 && isspace((unsigned char)from[length - 1])) {
        length--;
    }
    return strndup(from, length);
}

char *drill_text_read(const char *path) {
    FILE *file = fopen(path, "rb");
    if (!file) {
        return NULL;
    }
    size_t length = 0, room = 4096;
    char *text = malloc(room);
    for (size_t got; (got = fread(text + length, 1, room - length - 1, file)) > 0;) {
        length += got;
        if (length + 1 == room) {
            room *= 2;
            text = realloc(text, room);
        }
    }
    text[length] = '\0';
    int error = ferror(file) ? EIO : 0;
    fclose(file);
    if (error) {
        free(text);
        errno = error;
        return NULL;
    }
    return text;
}
