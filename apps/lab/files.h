/* files.h: the lab's own files, which lie in the program: it needs no folder to be installed in.
 *
 * All of apps/lab/labs, live, web, i18n and student, and apps/lab/NAME.tsv, by their names below apps/lab:
 * "labs/L01.lab", "web/page.html", "rules.tsv". And "places.tsv", which the build makes: on each line a rule, a tab,
 * FILE:LINE, a tab and the function there (scripts/rule_places).
 */
#ifndef LAB_FILES_H
#define LAB_FILES_H

#include <stddef.h>

#define LAB_COLUMNS_MAX 16

struct lab_file {
    const char *name;
    const char *data; /* followed by a zero that does not count */
    size_t length;
};

/* In the order of their names, folder by folder; one whose name is NULL ends them. */
extern const struct lab_file LAB_FILES[];
extern const unsigned LAB_FILE_COUNT;

/* The file of that name, or NULL. */
const struct lab_file *lab_file_find(const char *name);

/* Cuts a table at its line feeds and tabs, and hands on each row that has so many columns and is no comment. What it
 * hands on stays for ever. */
void lab_file_rows(const char *name, unsigned columns, void (*row)(char *const column[]));

#endif
