/* node_set.c: `A set KEY VALUE`: options of sockets, and what a stack is told before it begins.
 *
 * Options hold for the sockets that the node has and for those it will have. What is part of the stack's configuration
 * can be chosen only as long as the stack has done nothing, or after `A crash`: the stack is made anew.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lab/sim.h"

enum set_type { SET_SWITCH, SET_SECONDS, SET_MILLISECONDS, SET_OCTETS, SET_NAME, SET_LINGER };

/* Options of sockets. */
static const struct {
    const char *key;
    int level, option;
    enum set_type type;
    const char *example;
} OPTIONS[] = {
    {"nodelay", LUCID_IPPROTO_TCP, LUCID_TCP_NODELAY, SET_SWITCH, "on"},
    {"keepalive", LUCID_SOL_SOCKET, LUCID_SO_KEEPALIVE, SET_SWITCH, "on"},
    {"keepidle", LUCID_IPPROTO_TCP, LUCID_TCP_KEEPIDLE, SET_SECONDS, "7200s"},
    {"keepintvl", LUCID_IPPROTO_TCP, LUCID_TCP_KEEPINTVL, SET_SECONDS, "75s"},
    {"reuseaddr", LUCID_SOL_SOCKET, LUCID_SO_REUSEADDR, SET_SWITCH, "on"},
    {"linger", LUCID_SOL_SOCKET, LUCID_SO_LINGER, SET_LINGER, "0"},
    {"rcvbuf", LUCID_SOL_SOCKET, LUCID_SO_RCVBUF, SET_OCTETS, "4KB"},
    {"sndbuf", LUCID_SOL_SOCKET, LUCID_SO_SNDBUF, SET_OCTETS, "64KB"},
    {"mss", LUCID_IPPROTO_TCP, LUCID_TCP_MAXSEG, SET_OCTETS, "536"},
    {"cc", LUCID_IPPROTO_TCP, LUCID_TCP_CONGESTION, SET_NAME, "newreno"},
    {"usertimeout", LUCID_IPPROTO_TCP, LUCID_TCP_USER_TIMEOUT, SET_MILLISECONDS, "30s"},
};
#define OPTIONS_COUNT (sizeof OPTIONS / sizeof *OPTIONS)

/* The configuration of a stack: where the value is, and how wide. */
#define FIELD(name) offsetof(struct lucid_config, name)
enum field_type { FIELD_BOOL, FIELD_TIME, FIELD_BYTE, FIELD_COOKIES, FIELD_MTU, FIELD_DELACK };
static const struct {
    const char *key;
    size_t offset;
    enum field_type type;
    const char *example;
} FIELDS[] = {
    {"sack", FIELD(sack), FIELD_BOOL, "off"},
    {"timestamps", FIELD(timestamps), FIELD_BOOL, "off"},
    {"wscale", FIELD(window_scale), FIELD_BOOL, "off"},
    {"challenge", FIELD(rfc5961), FIELD_BOOL, "off"},
    {"rfc1337", FIELD(rfc1337), FIELD_BOOL, "off"},
    {"delack", FIELD(delayed_ack), FIELD_DELACK, "200ms"},
    {"msl", FIELD(msl), FIELD_TIME, "5s"},
    {"rto-min", FIELD(rto_min), FIELD_TIME, "200ms"},
    {"iw", FIELD(initial_window), FIELD_BYTE, "1"},
    {"syncookies", FIELD(syn_cookies), FIELD_COOKIES, "on"},
    {"mtu", FIELD(mtu), FIELD_MTU, "1500"},
};
#define FIELDS_COUNT (sizeof FIELDS / sizeof *FIELDS)

static int read_switch(const char *text, int *value) {
    *value = !strcmp(text, "on");
    return *value || !strcmp(text, "off") ? 0 : -1;
}

/* ---- options ---- */

static int read_time_in(const char *text, lucid_time unit, int *value) {
    lucid_time time;
    if (words_time(text, &time) < 0 || time / unit > INT32_MAX) {
        return -1;
    }
    *value = (int)(time / unit);
    return 0;
}

static int read_linger(const char *text, int *value) {
    uint64_t seconds;
    if (!strcmp(text, "off")) {
        *value = -1;
        return 0;
    }
    if (words_number(text, 65535, &seconds) == 0) {
        *value = (int)seconds;
        return 0;
    }
    return read_time_in(text, LUCID_SECOND, value);
}

static int read_octets(const char *text, int *value) {
    uint64_t octets;
    if (words_size(text, &octets) < 0 || octets > INT32_MAX) {
        return -1;
    }
    *value = (int)octets;
    return 0;
}

static int read_name(const char *text, struct node_option *option) {
    if (strcmp(text, "cubic") != 0 && strcmp(text, "newreno") != 0 && strcmp(text, "fixed") != 0) {
        return -1;
    }
    snprintf(option->text, sizeof option->text, "%s", text);
    return 0;
}

static int read_option(unsigned i, const char *text, struct node_option *option) {
    *option = (struct node_option){.level = OPTIONS[i].level, .option = OPTIONS[i].option};
    switch (OPTIONS[i].type) {
    case SET_SWITCH:
        return read_switch(text, &option->value);
    case SET_SECONDS:
        return read_time_in(text, LUCID_SECOND, &option->value);
    case SET_MILLISECONDS:
        return read_time_in(text, LUCID_MILLISECOND, &option->value);
    case SET_OCTETS:
        return read_octets(text, &option->value);
    case SET_NAME:
        return read_name(text, option);
    case SET_LINGER:
        return read_linger(text, &option->value);
    }
    return -1;
}

static void keep_option(struct node *node, const struct node_option *option) {
    struct lab_socket *socket;
    unsigned i = 0;
    while (i < node->options && (node->option[i].level != option->level || node->option[i].option != option->option)) {
        i++;
    }
    if (i == NODE_OPTIONS_MAX) {
        return;
    }
    node->option[i] = *option;
    node->options = i == node->options ? i + 1 : node->options;
    TAILQ_FOREACH(socket, &node->sockets, next) {
        socket_set(socket, option);
    }
}

/* ---- configuration ---- */

static int read_field_time(const char *text, lucid_time *time) {
    return words_time(text, time) < 0 || *time > 86400 * LUCID_SECOND ? -1 : 0;
}

static int read_small(const char *text, uint64_t least, uint64_t most, uint64_t *number) {
    return words_number(text, most, number) < 0 || *number < least ? -1 : 0;
}

static int read_cookies(const char *text, uint8_t *value) {
    static const char *const names[] = {"off", "on", "always"};
    for (uint8_t i = 0; i < 3; i++) {
        if (!strcmp(text, names[i])) {
            *value = i;
            return 0;
        }
    }
    return -1;
}

static int read_delack(const char *text, lucid_time *time) {
    int on;
    if (read_switch(text, &on) == 0) {
        *time = on ? 200 * LUCID_MILLISECOND : 0;
        return 0;
    }
    return read_field_time(text, time);
}

/* Puts the value into a configuration. Returns 0 or -1. */
static int read_field(unsigned i, const char *text, struct lucid_config *config) {
    void *at = (char *)config + FIELDS[i].offset;
    uint64_t number = 0;
    int failed = -1, on = 0;
    switch (FIELDS[i].type) {
    case FIELD_BOOL:
        failed = read_switch(text, &on);
        *(bool *)at = on;
        break;
    case FIELD_TIME:
        failed = read_field_time(text, at);
        break;
    case FIELD_DELACK:
        failed = read_delack(text, at);
        break;
    case FIELD_BYTE:
        failed = read_small(text, 1, 64, &number);
        *(uint8_t *)at = (uint8_t)number;
        break;
    case FIELD_COOKIES:
        failed = read_cookies(text, at);
        break;
    case FIELD_MTU:
        failed = read_small(text, 576, 65535, &number);
        *(uint16_t *)at = (uint16_t)number;
        break;
    }
    return failed;
}

/* Whether a stack would come up with it is asked of the stack itself. */
static int try_config(const struct node *node, const struct lucid_config *config) {
    struct lucid_stack *tried = NULL;
    struct lucid_config copy = *config;
    struct node context = {.world = node->world};
    copy.context = &context;
    int failed = lucid_create(&tried, &copy, node->world->now);
    lucid_destroy(tried);
    return failed;
}

static int set_field(struct node *node, unsigned i, const char *text, bool dry, char *error) {
    struct lucid_config config = node->config;
    if (read_field(i, text, &config) < 0 || try_config(node, &config) != 0) {
        return words_fail(error, "`%.40s` is no value of %s; for example `%s set %s %s`", text, FIELDS[i].key,
                          node->name, FIELDS[i].key, FIELDS[i].example);
    }
    if (!node_fresh(node)) {
        return words_fail(error,
                          "%s is part of how the stack of %s was made: set it before %s does anything, or after "
                          "`%s crash`",
                          FIELDS[i].key, node->name, node->name, node->name);
    }
    if (!dry) {
        node->config = config;
        return node_renew(node);
    }
    return 0;
}

static int unknown(const struct node *node, const char *key, char *error) {
    const char *names[OPTIONS_COUNT + FIELDS_COUNT + 1] = {0};
    for (unsigned i = 0; i < OPTIONS_COUNT; i++) {
        names[i] = OPTIONS[i].key;
    }
    for (unsigned i = 0; i < FIELDS_COUNT; i++) {
        names[OPTIONS_COUNT + i] = FIELDS[i].key;
    }
    char example[80];
    snprintf(example, sizeof example, "for example `%s set nodelay on`", node->name);
    return words_unknown(error, "key that can be set", key, names, example);
}

int node_set(struct node *node, const struct lab_words *words, unsigned at, bool dry, char error[LAB_ERROR]) {
    const char *key = words_at(words, at), *value = words_at(words, at + 1);
    struct node_option option;
    if (words->count > at + 2) {
        return words_fail(error, "one key and one value, please; for example `%s set nodelay on`", node->name);
    }
    for (unsigned i = 0; i < OPTIONS_COUNT; i++) {
        if (strcmp(key, OPTIONS[i].key) != 0) {
            continue;
        }
        if (read_option(i, value, &option) < 0) {
            return words_fail(error, "`%.40s` is no value of %s; for example `%s set %s %s`", value, key, node->name,
                              key, OPTIONS[i].example);
        }
        if (!dry) {
            keep_option(node, &option);
        }
        return 0;
    }
    for (unsigned i = 0; i < FIELDS_COUNT; i++) {
        if (!strcmp(key, FIELDS[i].key)) {
            return set_field(node, i, value, dry, error);
        }
    }
    return unknown(node, key, error);
}

void node_set_list(struct text *say) {
    text_put(say, "At any time, for the sockets that A has and will have (`set` without a node: at all nodes):\n");
    for (unsigned i = 0; i < OPTIONS_COUNT; i++) {
        text_format(say, "  A set %s %s\n", OPTIONS[i].key, OPTIONS[i].example);
    }
    text_put(say, "Before A does anything, or after `A crash`:\n");
    for (unsigned i = 0; i < FIELDS_COUNT; i++) {
        text_format(say, "  A set %s %s\n", FIELDS[i].key, FIELDS[i].example);
    }
}
