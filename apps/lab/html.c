/* html.c: see html.h. */
#include "lab/html.h"

#include "lab/page.h"

int html_replay(const struct tlog *log, struct text *out) {
    page_write(out, &(struct page){.log = log, .rules = log});
    return out->cut ? -1 : 0;
}
