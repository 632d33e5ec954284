/* tlog_header.c: the first line of a log: the version, the nodes, the seed, what was switched off. */
#include <string.h>

#include "lab/tlog_private.h"

#define NEEDED true
#define OPTIONAL false
#define IN(member) offsetof(struct tlog_header, member)

static int put_version(struct tlog_parse *parse, const struct tlog_field *field, const struct tlog_key *key) {
    (void)key;
    if (field->type == TLOG_NUMBER && field->number == 1 && !field->negative) {
        return 0;
    }
    return tlog_wrong(&parse->line, field->at, "this is not a log of version 1, the one that can be read here");
}

/* The elements of an array follow it, one deeper. */
static unsigned elements_end(const struct tlog_line *line, unsigned array) {
    unsigned at = array + 1;
    while (at < line->count && line->field[at].depth > line->field[array].depth) {
        at++;
    }
    return at;
}

static unsigned place_of(const struct tlog_line *line, const struct tlog_field *field) {
    return (unsigned)(field - line->field);
}

static int need_array(struct tlog_parse *parse, const struct tlog_field *field) {
    return field->type == TLOG_ARRAY ? 0 : tlog_wrong(&parse->line, field->at, "expected an array");
}

/* Names of nodes stand in sentences, pictures and names of files. */
static bool is_node_name(const struct tlog_text *name) {
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
    return name->length > 0 && name->length <= 20 && strspn(name->at, allowed) == name->length;
}

/* ["A","10.77.0.1"] or ["A","10.77.0.1","kernel"] */
static int take_node(struct tlog_parse *parse, unsigned at, unsigned end) {
    struct tlog_header *header = parse->header;
    const struct tlog_field *field = &parse->line.field[at];
    if (header->nodes == TLOG_NODES_MAX) {
        return tlog_wrong(&parse->line, field->at, "more than %d nodes", TLOG_NODES_MAX);
    }
    struct tlog_node *node = &header->node[header->nodes++];
    if (end - at < 3 || need_array(parse, field) < 0) {
        return tlog_wrong(&parse->line, field->at, "expected a node like [\"A\",\"10.77.0.1\"]");
    }
    struct tlog_key key = {"", NULL, (uint16_t)((char *)&node->addr - (char *)header), NEEDED};
    if (tlog_take_text(parse, field + 1, &node->name) < 0 || tlog_put_address(parse, field + 2, &key) < 0) {
        return -1;
    }
    if (!is_node_name(&node->name)) {
        return tlog_wrong(&parse->line, field[1].at, "the name of a node is of letters, digits, - and _, at most 20");
    }
    node->kernel = end - at > 3 && field[3].type == TLOG_STRING && field[3].length == 6;
    return 0;
}

static int put_nodes(struct tlog_parse *parse, const struct tlog_field *field, const struct tlog_key *key) {
    (void)key;
    struct tlog_line *line = &parse->line;
    if (need_array(parse, field) < 0) {
        return -1;
    }
    unsigned end = elements_end(line, place_of(line, field)), at = place_of(line, field) + 1;
    while (at < end) {
        unsigned next = elements_end(line, at);
        if (take_node(parse, at, next) < 0) {
            return -1;
        }
        at = next;
    }
    return 0;
}

static int put_without(struct tlog_parse *parse, const struct tlog_field *field, const struct tlog_key *key) {
    (void)key;
    struct tlog_header *header = parse->header;
    const unsigned most = sizeof header->without / sizeof header->without[0];
    if (need_array(parse, field) < 0) {
        return -1;
    }
    const struct tlog_field *end = &parse->line.field[elements_end(&parse->line, place_of(&parse->line, field))];
    for (field++; field < end; field++) {
        if (header->without_count == most) {
            return tlog_wrong(&parse->line, field->at, "more than %u counterfactual switches", most);
        }
        if (tlog_take_text(parse, field, &header->without[header->without_count++]) < 0) {
            return -1;
        }
    }
    return 0;
}

static const struct tlog_key HEADER[] = {
    {"tlog", put_version, 0, NEEDED},
    {"lab", tlog_put_text, IN(lab), OPTIONAL},
    {"seed", tlog_put_u64, IN(seed), OPTIONAL},
    {"world", tlog_put_text, IN(world), NEEDED},
    {"nodes", put_nodes, 0, NEEDED},
    {"msl", tlog_put_u64, IN(msl), NEEDED},
    {"without", put_without, 0, OPTIONAL},
    {"student", tlog_put_text, IN(student), OPTIONAL},
    {"build", tlog_put_text, IN(build), OPTIONAL},
    {"labfile", tlog_put_text, IN(labfile), OPTIONAL},
    {"variant", tlog_put_text, IN(variant), OPTIONAL},
    {NULL, NULL, 0, OPTIONAL},
};

int tlog_parse_header(struct tlog_parse *parse) {
    struct tlog_header *header = parse->header;
    *header = (struct tlog_header){.lab = TLOG_EMPTY, .world = TLOG_EMPTY, .student = TLOG_EMPTY, .build = TLOG_EMPTY};
    header->labfile = header->variant = TLOG_EMPTY;
    uint32_t seen = 0;
    if (!parse->line.count) {
        return tlog_wrong(&parse->line, parse->line.start, "expected the header of a log, like {\"tlog\":1,...}");
    }
    if (tlog_take_fields(parse, HEADER, 0, &seen) < 0) {
        return -1;
    }
    if (!(seen & 1)) {
        return tlog_wrong(&parse->line, parse->line.start, "expected the header of a log, like {\"tlog\":1,...}");
    }
    return tlog_need_keys(parse, HEADER, seen, "the header of a log");
}
