/* page_rules.h: the rules that the page explains, as JSON: {"9293:3.10.7.4/8/FIN-WAIT-1":{"say":{"en":...,"zh":...},
 * "symbol":"stack/tcp/arrive_other.c:212","labs":"L12"}}. */
#ifndef LAB_PAGE_RULES_H
#define LAB_PAGE_RULES_H

#include "common/text.h"
#include "lab/tlog.h"

/* Those that a log names; NULL: all. */
void page_rules_json(struct text *text, const struct tlog *log);

#endif
