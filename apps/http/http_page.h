/* http_page.h: the pages that the server makes itself, in HTML that needs nothing else and fits a phone. */
#ifndef HTTP_PAGE_H
#define HTTP_PAGE_H

#include "common/text.h"

/* The frame of a page, with its title; what comes in between is the caller's, in <main>. */
void http_page_begin(struct text *text, const char *title);

/* The same, with style rules of its own besides. */
void http_page_begin_styled(struct text *text, const char *title, const char *style);
void http_page_end(struct text *text);

/* What this server is and what to try with it. host: what the client called it; length 0: not known. */
void http_page_self(struct text *text, const char *host, size_t length);

/* It is over there. */
void http_page_moved(struct text *text, int status, const char *location);

#endif
