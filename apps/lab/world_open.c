/* world_open.c: a world is made: its nodes, the header of its log, its set-up. See world.h.
 *
 * What a set-up line says about the world as a whole (nodes, `without`) is in the header. All the others are commands
 * at time 0, and in the log like all commands.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lab/sim.h"
#include "lucid/whatif.h"

static const char *const DEFAULT_SETUP[] = {"node A 10.77.0.1", "node B 10.77.0.2"};

/* ---- nodes ---- */

static bool good_name(const char *name) {
    size_t length = strlen(name);
    bool letters = strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789") == length;
    return length > 0 && length < sizeof((struct node *)0)->name && letters && !(name[0] >= '0' && name[0] <= '9') &&
           strcmp(name, "W") != 0;
}

static void init_node(struct world *world, struct node *node, const char *name, const struct lucid_addr *addr) {
    *node = (struct node){.world = world, .index = world->nodes};
    snprintf(node->name, sizeof node->name, "%s", name);
    node->address = (struct lucid_ifaddr){*addr, lucid_addr_is_ipv4(addr) ? 24 : 64};
    TAILQ_INIT(&node->sockets);
    TAILQ_INIT(&node->gone);
    lucid_config_default(&node->config);
    node_lend(node);
    lab_rng_seed(&node->random, world->options.seed, LAB_STREAM_STACK, node->index);
    world->record.node[node->index].name = node->name;
}

/* "node NAME ADDRESS ...". */
static int add_node(struct world *world, const struct lab_words *words, char *error) {
    const char *name = words_at(words, 1), *address = words_at(words, 2);
    struct lucid_addr addr;
    if (world->nodes == TLOG_NODES_MAX) {
        return words_fail(error, "a world has at most %d nodes", TLOG_NODES_MAX);
    }
    if (!good_name(name) || sim_node(world, name)) {
        return words_fail(
            error, "`%.40s` cannot name a node: up to 15 letters and digits, no two alike, and W is the wire", name);
    }
    if (lucid_addr_parse(address, &addr) < 0 || lucid_addr_is_any(&addr) || sim_node_at(world, &addr)) {
        return words_fail(error, "`%.45s` is no address for a node of its own; for example `node A 10.77.0.1`",
                          address);
    }
    init_node(world, &world->node[world->nodes], name, &addr);
    world->nodes++;
    return 0;
}

/* ---- the header ---- */

static void put_nodes(const struct world *world, struct json *json) {
    char text[LUCID_ADDR_TEXT];
    json_open(json, "nodes", '[');
    for (unsigned i = 0; i < world->nodes; i++) {
        json_open(json, NULL, '[');
        json_string(json, NULL, world->node[i].name);
        json_string(json, NULL, lucid_addr_format(&world->node[i].address.addr, text));
        if (sim_outside(&world->node[i])) {
            json_string(json, NULL, "kernel");
        }
        json_close(json, ']');
    }
    json_close(json, ']');
}

static void put_optional(struct json *json, const char *key, const char *value) {
    if (value) {
        json_string(json, key, value);
    }
}

static void write_header(struct world *world) {
    struct text text = text_growing();
    struct json json = json_begin(&text);
    json_open(&json, NULL, '{');
    json_int(&json, "tlog", 1);
    json_string(&json, "lab", world->options.lab ? world->options.lab : "play");
    json_uint(&json, "seed", world->options.seed);
    json_string(&json, "world", world->options.outside ? "live" : "sim");
    put_nodes(world, &json);
    json_uint(&json, "msl", world->node[0].config.msl);
    json_open(&json, "without", '[');
    for (unsigned bit = 1; bit < LUCID_WHATIF_END; bit <<= 1) {
        if ((world->without | world->options.declared) & bit) {
            json_string(&json, NULL, lucid_whatif_name(bit));
        }
    }
    json_close(&json, ']');
    put_optional(&json, "student", world->options.student);
    json_string(&json, "build", LUCID_VERSION);
    put_optional(&json, "labfile", world->options.labfile);
    put_optional(&json, "variant", world->options.variant);
    json_close(&json, '}');
    text_put_char(&text, '\n');
    world->record.no_memory |= text.cut;
    world->options.write(world->options.user, text.data ? text.data : "", text.length);
    text_free(&text);
}

/* ---- the set-up ---- */

/* A set-up line as a command, or NULL when there is nothing more to do for it: "node B 10.77.0.2 listen 80" is
 * "B listen 80". */
static const char *command_of(const struct lab_words *words, const char *line, char room[LAB_LINE_MAX]) {
    if (words_is(words, 0, "without")) {
        return NULL;
    }
    if (!words_is(words, 0, "node")) {
        return line;
    }
    if (words->count <= 3) {
        return NULL;
    }
    snprintf(room, LAB_LINE_MAX, "%s %s", words_at(words, 1), line + words->word[3].column - 1);
    return room;
}

static int for_setup(struct world *world, const struct world_options *options, unsigned *line,
                     int (*each)(struct world *, const struct lab_words *, const char *, char *), char *error) {
    const char *const *setup = options->setup_count > 0 ? options->setup : DEFAULT_SETUP;
    unsigned count = options->setup_count > 0 ? options->setup_count : 2;
    struct lab_words words;
    for (*line = 0; *line < count; ++*line) {
        if (words_split(&words, setup[*line], error) < 0 || each(world, &words, setup[*line], error) < 0) {
            return -1;
        }
    }
    *line = 0;
    return 0;
}

static int for_header(struct world *world, const struct lab_words *words, const char *line, char *error) {
    (void)line;
    if (words_is(words, 0, "node")) {
        return add_node(world, words, error);
    }
    return 0;
}

/* What stacks are made with is in the header, too. */
static int for_stacks(struct world *world, const struct lab_words *words, const char *line, char *error) {
    (void)line;
    if (words_is(words, 0, "without")) {
        return sim_without(world, words, false, error);
    }
    bool all = words_is(words, 0, "set");
    for (unsigned i = 0; i < world->nodes; i++) {
        struct node *node = &world->node[i];
        bool meant = all || (words_is(words, 0, node->name) && words_is(words, 1, "set"));
        if (meant && !strcmp(words_at(words, all ? 1 : 2), "msl") &&
            node_set(node, words, all ? 1 : 2, false, error) < 0) {
            return -1;
        }
    }
    return 0;
}

/* How things are, before anybody does anything: a stack that listens has been made, with all that it was told. */
static bool is_setting(const struct lab_words *words) {
    return words_is(words, 0, "iss") || words_is(words, 0, "set") || words_is(words, 0, "wire") ||
           words_is(words, 1, "set");
}

static int for_settings(struct world *world, const struct lab_words *words, const char *line, char *error) {
    return is_setting(words) ? world_command(world, line, error) : 0;
}

static int for_actions(struct world *world, const struct lab_words *words, const char *line, char *error) {
    char room[LAB_LINE_MAX];
    const char *command = is_setting(words) ? NULL : command_of(words, line, room);
    return command ? world_command(world, command, error) : 0;
}

static int start(struct world *world, const struct world_options *options, unsigned *line, char *error) {
    if (for_setup(world, options, line, for_header, error) < 0) {
        return -1;
    }
    if (world->nodes == 0) {
        return words_fail(error, "the world has no node; write for example `node A 10.77.0.1`");
    }
    sim_init(world);
    if (for_setup(world, options, line, for_stacks, error) < 0) {
        return -1;
    }
    for (unsigned i = 0; i < world->nodes; i++) {
        if (node_start(&world->node[i]) != 0) {
            return words_fail(error, "there is no memory for another stack; free some");
        }
    }
    world->options.declared |= world->without;
    write_header(world);
    if (world->options.outside) {
        world->options.outside->begin(world->options.outside->user, world);
    }
    if (for_setup(world, options, line, for_settings, error) < 0) {
        return -1;
    }
    return for_setup(world, options, line, for_actions, error);
}

struct world *world_open(const struct world_options *options, unsigned *line, char error[LAB_ERROR]) {
    struct world *world = calloc(1, sizeof *world);
    if (!world) {
        words_fail(error, "there is no memory for a world; free some");
        return NULL;
    }
    world->options = *options;
    record_init(&world->record, options->write, options->user, options->payload);
    if (start(world, options, line, error) < 0) {
        world_close(world);
        return NULL;
    }
    return world;
}
