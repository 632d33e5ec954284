/* query.c: expressions as the rest of the lab sees them: compile, free, write a value. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lab/query_private.h"

struct query *query_compile(const char *text, const struct tlog *log, unsigned column, char error[LAB_ERROR]) {
    struct query_names names = {.log = log};
    char sentence[LAB_ERROR];
    unsigned offset;
    struct query *query = query_parse(text, &names, &offset, sentence);
    if (!query) {
        snprintf(error, LAB_ERROR, "column %u: %.*s", column + offset, LAB_ERROR - 20, sentence);
        return NULL;
    }
    query->log = log;
    return query;
}

int query_check(const char *text, const char *const *node, unsigned nodes, unsigned *offset, char error[LAB_ERROR]) {
    struct query_names names = {.node = node, .nodes = nodes};
    struct query *query = query_parse(text, &names, offset, error);
    query_free(query);
    return query ? 0 : -1;
}

void query_free(struct query *query) {
    if (!query) {
        return;
    }
    for (struct query_node *node = query->all, *next; node; node = next) {
        next = node->next;
        free(node->text);
        free(node->select.found);
        free(node);
    }
    while (query->memories) {
        free(query->memory[--query->memories]);
    }
    free(query->memory);
    model_free(query->scratch);
    free(query);
}

static void put_number(struct text *text, double number, bool time) {
    if (time) {
        text_format(text, "%.3f s", number);
    } else {
        text_format(text, number == (double)(int64_t)number ? "%.0f" : "%.3f", number);
    }
}

static void put_list(struct text *text, const struct query_value *value) {
    for (unsigned i = 0; i < value->count; i++) {
        text_put(text, i ? " " : "");
        if (value->word) {
            text_put_octets(text, value->word[i].at, value->word[i].length);
        } else if (value->time) {
            text_format(text, "%.3f", value->list[i]);
        } else {
            put_number(text, value->list[i], false);
        }
    }
    text_put(text, value->count ? value->time ? " s" : "" : "nothing");
}

void query_format(const struct query_value *value, struct text *text) {
    switch (value->type) {
    case QUERY_NOTHING:
        text_put(text, "nothing");
        return;
    case QUERY_NUMBER:
    case QUERY_TIME:
        put_number(text, value->number, value->type == QUERY_TIME);
        return;
    case QUERY_NAME:
        text_put_octets(text, value->name.at, value->name.length);
        return;
    case QUERY_EVENTS:
        text_format(text, value->count == 1 ? "%u event" : "%u events", value->count);
        return;
    case QUERY_TRUTH:
        text_put(text, value->number != 0 ? "yes" : "no");
        return;
    case QUERY_LIST:
        put_list(text, value);
        return;
    }
}
