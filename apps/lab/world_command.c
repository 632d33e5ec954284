/* world_command.c: the commands of a world, by their first word. See world.h.
 *
 *     A connect B:80 [from 40000] [app NAME ...]     A listen 80 [backlog 8] [app NAME ...]
 *     A send "hi"    A send 2MB    A read [N|off|on]    A close    A shutdown    A abort    A status
 *     A crash    A restart    A set KEY VALUE    set KEY VALUE (at all nodes)    iss A 100 [200 ...]
 *     wire ... (wire_command.c)    icmp unreachable CODE to A about ID|last    without NAME    with NAME    note "text"
 *
 * `A#3 close` means connection 3 of A instead of its newest one.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lab/sim.h"
#include "lucid/whatif.h"

/* ---- iss ---- */

/* The numbers from word 2 on. Returns how many there are, or -1. */
static int read_iss(const struct lab_words *words, uint32_t iss[LAB_WORDS_MAX], char *error) {
    int count = 0;
    for (unsigned i = 2; i < words->count; i++) {
        uint64_t number;
        if (words_number(words_at(words, i), UINT32_MAX, &number) < 0) {
            return words_fail(error, "`%.40s` is no sequence number (0 to %" PRIu32 ")", words_at(words, i),
                              UINT32_MAX);
        }
        iss[count++] = (uint32_t)number;
    }
    return count;
}

static int do_iss(struct world *world, const struct lab_words *words, bool dry, char *error) {
    struct node *node = sim_node(world, words_at(words, 1));
    uint32_t iss[LAB_WORDS_MAX];
    int count = read_iss(words, iss, error);
    if (count < 0) {
        return -1;
    }
    if (!node || count == 0) {
        return words_fail(error, "`iss` needs a node and its initial sequence numbers, for example `iss A 100 200`");
    }
    if (node->pinned == 0 && !node_fresh(node)) {
        return words_fail(
            error,
            "%s has already begun with numbers of its own; write `iss %s ...` before it does anything, or "
            "after `%s crash`",
            node->name, node->name, node->name);
    }
    if (dry) {
        return 0;
    }
    bool first = node->pinned == 0;
    if (node_pin(node, iss, (unsigned)count) < 0 || (first && node_renew(node) < 0)) {
        world->record.no_memory = true;
    }
    return 0;
}

/* ---- set, for all nodes ---- */

static int do_set(struct world *world, const struct lab_words *words, bool dry, char *error) {
    for (unsigned i = 0; i < world->nodes; i++) {
        if (node_set(&world->node[i], words, 1, dry, error) < 0) {
            return -1;
        }
    }
    return 0;
}

/* ---- wire, icmp ---- */

static int do_wire(struct world *world, const struct lab_words *words, bool dry, char *error) {
    struct wire_order order;
    if (wire_read(&order, words, &world->record, error) < 0) {
        return -1;
    }
    return dry ? wire_may(&world->wire, &order, error) : wire_obey(&world->wire, world->now, &order, error);
}

static uint64_t last_of(const struct world *world, const struct node *node) {
    for (uint64_t id = world->record.packets; id > 0 && id + SIM_HEADS > world->record.packets; id--) {
        const struct sim_head *head = sim_head(world, id);
        if (head && head->from == node->index) {
            return id;
        }
    }
    return 0;
}

static const char ICMP_EXAMPLE[] = "for example `icmp unreachable 3 to A about last`";

/* The packet that word 6 names, if the node has sent it. NULL, and the sentence. */
static const struct sim_head *read_about(const struct world *world, const struct node *node,
                                         const struct lab_words *words, char *error) {
    uint64_t id = 0;
    if (words_is(words, 6, "last")) {
        id = last_of(world, node);
    } else if (words_number(words_at(words, 6), UINT64_MAX / 2, &id) < 0) {
        words_fail(error, "`%.40s` is neither the number of a packet nor `last`; %s", words_at(words, 6), ICMP_EXAMPLE);
        return NULL;
    }
    const struct sim_head *head = sim_head(world, id);
    if (!head || head->from != node->index) {
        words_fail(error, "%s has sent no such packet lately; %s", node->name, ICMP_EXAMPLE);
        return NULL;
    }
    return head;
}

static int do_icmp(struct world *world, const struct lab_words *words, bool dry, char *error) {
    uint64_t code;
    struct node *node = sim_node(world, words_at(words, 4));
    bool form = words->count == 7 && words_is(words, 1, "unreachable") && words_is(words, 3, "to") &&
                words_is(words, 5, "about");
    if (!form || words_number(words_at(words, 2), 15, &code) < 0) {
        return words_fail(error, "`icmp` is `icmp unreachable CODE to NODE about PACKET`, CODE from 0 to 15; %s",
                          ICMP_EXAMPLE);
    }
    if (!node) {
        return words_fail(error, "there is no node %.40s; %s", words_at(words, 4), ICMP_EXAMPLE);
    }
    const struct sim_head *head = read_about(world, node, words, error);
    if (head && !dry) {
        sim_icmp(world, head, SIM_UNREACHABLE, (uint8_t)code, 0);
    }
    return head ? 0 : -1;
}

/* ---- note, without, with ---- */

static int do_note(struct world *world, const struct lab_words *words, bool dry, char *error) {
    if (words->count != 2 || !words->word[1].quoted) {
        return words_fail(error, "`note` needs a text in quotes, for example `note \"now look at B\"`");
    }
    if (!dry) {
        record_text(&world->record, world->now, "note", words->word[1].text);
    }
    return 0;
}

/* ---- predict: an answer that was locked before the run; the scenario runner writes it ---- */

static int do_predict(struct world *world, const struct lab_words *words, bool dry, char *error) {
    const char *hash = words_at(words, 3);
    if (words->count != 4 || !words->word[2].quoted || strspn(hash, "0123456789abcdef") != 64 || strlen(hash) != 64) {
        return words_fail(error, "`predict` needs an id, an answer in quotes and its SHA-256");
    }
    if (!dry) {
        struct json json = record_begin(&world->record, world->now, "W", 0, "predict");
        json_string(&json, "id", words_at(words, 1));
        json_string(&json, "answer", words_at(words, 2));
        json_string(&json, "hash", hash);
        record_finish(&world->record, &json);
    }
    return 0;
}

static int no_rule(const struct lab_words *words, char *error) {
    const char *names[33] = {0};
    unsigned count = 0;
    for (unsigned bit = 1; bit < LUCID_WHATIF_END; bit <<= 1) {
        names[count++] = lucid_whatif_name(bit);
    }
    char example[80];
    snprintf(example, sizeof example, "for example `%s time-wait`", words_at(words, 0));
    return words_unknown(error, "rule that can be taken away", words_at(words, 1), names, example);
}

int sim_without(struct world *world, const struct lab_words *words, bool dry, char error[LAB_ERROR]) {
    unsigned bit = lucid_whatif_find(words_at(words, 1));
    bool off = words_is(words, 0, "without");
    if (bit == 0 || words->count != 2) {
        return no_rule(words, error);
    }
    if (dry && !off && !(world->without & bit)) {
        return words_fail(error, "%s is not taken away, so it cannot be restored", words_at(words, 1));
    }
    if (dry && off && !(world->options.declared & bit)) {
        return words_fail(error,
                          "the first line of this log does not say that %s is taken away; say so at the start: "
                          "`--without %s`",
                          words_at(words, 1), words_at(words, 1));
    }
    if (dry) {
        return 0;
    }
    world->without = off ? world->without | bit : world->without & ~bit;
    for (unsigned i = 0; i < world->nodes; i++) {
        if (world->node[i].stack) {
            lucid_whatif_set(world->node[i].stack, world->without);
        }
    }
    return 0;
}

/* ---- by the first word ---- */

static const struct {
    const char *name;
    int (*run)(struct world *world, const struct lab_words *words, bool dry, char *error);
} COMMANDS[] = {
    {"wire", do_wire}, {"iss", do_iss},          {"icmp", do_icmp},     {"set", do_set},
    {"note", do_note}, {"without", sim_without}, {"with", sim_without}, {"predict", do_predict},
};
#define COMMANDS_COUNT (sizeof COMMANDS / sizeof *COMMANDS)

/* Those of session.h come behind: nobody who mistypes one is to be told something else. */
static int unknown(const struct world *world, const char *name, char *error) {
    static const char *const others[] = {"step", "next", "run",    "skip", "back",
                                         "goto", "why",  "status", "save", "help"};
    const char *names[COMMANDS_COUNT + sizeof others / sizeof *others + TLOG_NODES_MAX + 1] = {0};
    unsigned count = 0;
    for (unsigned i = 0; i < world->nodes; i++) {
        names[count++] = world->node[i].name;
    }
    for (unsigned i = 0; i < COMMANDS_COUNT; i++) {
        names[count++] = COMMANDS[i].name;
    }
    for (unsigned i = 0; i < sizeof others / sizeof *others; i++) {
        names[count++] = others[i];
    }
    return words_unknown(error, "command and no node", name, names, "for example `A connect B:80`");
}

static struct node *node_of(struct world *world, const char *word) {
    char name[sizeof world->node[0].name];
    size_t length = strcspn(word, "#");
    if (length >= sizeof name) {
        return NULL;
    }
    memcpy(name, word, length);
    name[length] = '\0';
    return sim_node(world, name);
}

static int run(struct world *world, const struct lab_words *words, bool dry, char *error) {
    struct node *node = node_of(world, words_at(words, 0));
    if (node) {
        return node_command(node, words, dry, error);
    }
    for (unsigned i = 0; i < COMMANDS_COUNT; i++) {
        if (words_is(words, 0, COMMANDS[i].name)) {
            return COMMANDS[i].run(world, words, dry, error);
        }
    }
    return unknown(world, words_at(words, 0), error);
}

/* As it is usually typed, so that readers need not know where blanks may be. */
static void say_command(struct world *world, const struct lab_words *words, const char *command) {
    struct text text = text_growing();
    words_join(words, command, &text);
    world->record.no_memory |= text.cut;
    record_text(&world->record, world->now, "cmd", text.data ? text.data : "");
    text_free(&text);
}

int world_command(struct world *world, const char *command, char error[LAB_ERROR]) {
    struct lab_words words;
    if (words_split(&words, command, error) < 0) {
        return -1;
    }
    if (words.count == 0) {
        return words_fail(error, "there is no command; for example `A connect B:80`");
    }
    if (world->options.outside) {
        world->options.outside->catch_up(world->options.outside->user);
    }
    if (run(world, &words, true, error) < 0) {
        return -1;
    }
    say_command(world, &words, command);
    for (unsigned i = 0; i < world->nodes; i++) {
        node_catch_up(&world->node[i]);
    }
    run(world, &words, false, error);
    for (unsigned i = 0; i < world->nodes; i++) {
        node_serve(&world->node[i]);
    }
    return 0;
}
