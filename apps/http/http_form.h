/* http_form.h: "a=1&b=two+words": the pairs of a query or of a form's body. And of Cookie: "a=1; b=2". */
#ifndef HTTP_FORM_H
#define HTTP_FORM_H

#include "common/text.h"

struct http_form {
    const char *at, *end;
    char between; /* '&', or ';' for cookies */
};

/* Takes the next pair off the front, decoded (%XX, and + as a space; of cookies neither) into two texts that are
 * overwritten. False: there is none left. */
bool http_form_next(struct http_form *form, struct text *name, struct text *value);

/* The number in the value of a name, at most `most`; otherwise when it is not there, or is none. */
unsigned long http_form_number(const char *query, size_t length, const char *name, unsigned long most,
                               unsigned long otherwise);

#endif
