/* drill_script.c: gives the tree of a script back. See drill_script.h. */
#include "harness/drill_script.h"

#include <stdlib.h>

static void free_line(struct drill_line *line) {
    if (line->kind == DRILL_LINE_PACKET && line->u.packet.protocol == DRILL_HEX) {
        free(line->u.packet.u.hex.octets);
    }
    if (line->kind == DRILL_LINE_BATCH) {
        drill_lines_free(line->u.batch);
    }
    if (line->kind == DRILL_LINE_AT) {
        drill_script_free(line->u.at);
    }
    if (line->kind == DRILL_LINE_ONEOF) {
        for (struct drill_block *block = line->u.oneof.first, *next; block; block = next) {
            next = block->next;
            drill_lines_free(block->first);
            free(block);
        }
    }
    free(line->text);
    free(line);
}

void drill_lines_free(struct drill_line *line) {
    for (struct drill_line *next; line; line = next) {
        next = line->next;
        free_line(line);
    }
}

void drill_script_free(struct drill_script *script) {
    if (!script) {
        return;
    }
    for (struct drill_setting *setting = script->settings, *next; setting; setting = next) {
        next = setting->next;
        free(setting);
    }
    drill_lines_free(script->lines);
    free(script->path);
    free(script->tags);
    free(script);
}
