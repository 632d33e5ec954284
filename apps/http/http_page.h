/* http_page.h: the pages that the server makes itself, in HTML that needs nothing else and fits a phone. */
#ifndef HTTP_PAGE_H
#define HTTP_PAGE_H

#include "common/text.h"

/* The frame of a page, with its title; what comes in between is the caller's, in <main>. */
void http_page_begin(struct text *text, const char *title);

/* The same, with style rules of its own besides. */
void http_page_begin_styled(struct text *text, const char *title, const char *style);
void http_page_end(struct text *text);

/* What stands in the page that explains the server besides what always does. */
struct http_page_self {
    const char *host;   /* what the client called the server */
    size_t host_length; /* 0: not known */
    const char *intro;  /* what carries the server, in HTML; NULL: a stack of ours */
    const char *look;   /* what else there is to look at, in HTML; NULL: nothing */
    const char *watch;  /* with which options there is more, in HTML; NULL: those of a stack of ours */
};

/* What this server is and what to try with it. */
void http_page_self(struct text *text, const struct http_page_self *self);

/* It is over there. */
void http_page_moved(struct text *text, int status, const char *location);

#endif
