/* page.h: the page of the lab (apps/lab/web/) put together: markup, style and scripts one behind the other, and the
 * data that the program gives it, each in an element of its own.
 *
 * Two uses: a file that holds a whole log and loads nothing (html.h), and the page of a running world, which fetches
 * its log (web.h). A browser must not take data for markup: there every `<` is written as \u003c, which JSON reads.
 */
#ifndef LAB_PAGE_H
#define LAB_PAGE_H

#include "common/text.h"
#include "lab/tlog.h"

struct page {
    const struct tlog *log;      /* goes into the page; NULL: the page fetches it */
    const struct tlog *rules;    /* whose rules are explained; NULL: all of them */
    const struct text *scenario; /* JSON of what is asked, from page_scenario(); NULL: nothing is */
    const char *token;           /* a running world: commands come with this, "": there are none; NULL: recorded */
};

/* Appends the page. Whether there was memory: text->cut. */
void page_write(struct text *text, const struct page *page);

/* The same without data: what the page weighs. */
void page_write_code(struct text *text);

/* Name of script i, "ladder" of web/ladder.js, in the order in which they are joined; NULL after the last. */
const char *page_script(unsigned i);

/* Appends a string of UTF-8 as JSON has it, with its quotes. */
void page_quote(struct text *text, const char *string, size_t length);

#endif
