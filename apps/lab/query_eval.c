/* query_eval.c: the value of a tree, after so many events of the log.
 *
 * A value is one of a few kinds. Where a list meets a number, arithmetic goes element by element, and a comparison
 * holds when it holds for every element (of an empty list it does not hold: nothing happened that could have been
 * right).
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lab/query_private.h"

/* What is being asked: of the log up to event n; model stands there, or is NULL: a model is fetched when needed. */
struct asking {
    struct query *query;
    const struct model *model;
    uint32_t n;
    const struct tlog_event *self;
};

static struct query_value eval(struct asking *asking, struct query_node *node);

static const struct query_value NOTHING = {.type = QUERY_NOTHING};

static void *scratch(struct query *query, size_t size) {
    void **more = realloc(query->memory, (query->memories + 1) * sizeof *more);
    if (!more) {
        return NULL;
    }
    query->memory = more;
    void *room = malloc(size ? size : 1);
    if (room) {
        query->memory[query->memories++] = room;
    }
    return room;
}

static const struct model *model_of(struct asking *asking) {
    if (asking->model) {
        return asking->model;
    }
    struct query *query = asking->query;
    if (!query->scratch) {
        query->scratch = model_new(query->log);
    }
    if (!query->scratch || model_goto(query->scratch, asking->n)) {
        return NULL;
    }
    return query->scratch;
}

static struct query_value truth(bool holds) {
    return (struct query_value){.type = QUERY_TRUTH, .number = holds};
}

bool query_true(const struct query_value *value) {
    return value->type == QUERY_TRUTH ? value->number != 0 : value->type == QUERY_EVENTS && value->count;
}

static struct query_value events(const uint32_t *event, unsigned count) {
    return (struct query_value){.type = QUERY_EVENTS, .event = event, .count = count};
}

static struct query_value where(struct asking *asking, struct query_node *node) {
    struct query_value all = eval(asking, node->left);
    uint32_t *some = scratch(asking->query, all.count * sizeof *some);
    const struct tlog_event *outer = asking->self;
    unsigned count = 0;
    for (unsigned i = 0; some && i < all.count; i++) {
        asking->self = tlog_at(asking->query->log, all.event[i]);
        struct query_value holds = eval(asking, node->right);
        if (query_true(&holds)) {
            some[count++] = all.event[i];
        }
    }
    asking->self = outer;
    return events(some, some ? count : 0);
}

static struct query_value index_of(struct asking *asking, struct query_node *node) {
    struct query_value all = eval(asking, node->left), which = eval(asking, node->right);
    if (which.type != QUERY_NUMBER || which.number < 1 || which.number > all.count) {
        return events(NULL, 0);
    }
    return events(all.event + ((unsigned)which.number - 1), 1);
}

/* Of one event the value itself, of several a list. */
static struct query_value attribute(struct asking *asking, struct query_node *node) {
    struct query_value all = eval(asking, node->left);
    struct query *query = asking->query;
    if (all.count == 1) {
        return query_attribute(query->log, tlog_at(query->log, all.event[0]), node->op);
    }
    struct query_value list = {.type = QUERY_LIST, .count = all.count, .time = node->type == QUERY_TIME};
    double *number = scratch(query, all.count * sizeof *number);
    struct tlog_text *word = node->type == QUERY_NAME ? scratch(query, all.count * sizeof *word) : NULL;
    if (!number || (node->type == QUERY_NAME && !word)) {
        return NOTHING;
    }
    for (unsigned i = 0; i < all.count; i++) {
        struct query_value one = query_attribute(query->log, tlog_at(query->log, all.event[i]), node->op);
        number[i] = one.number;
        list.sequence = one.sequence;
        if (word) {
            word[i] = one.type == QUERY_NAME ? one.name : (struct tlog_text){"", 0};
        }
    }
    list.list = word ? NULL : number;
    list.word = word;
    return list;
}

/* Number of the last event up to a time. */
static uint32_t event_at(const struct tlog *log, double seconds) {
    uint32_t low = 0, high = tlog_count(log);
    uint64_t time = (uint64_t)(seconds * 1e9 + 0.5);
    while (low < high) {
        uint32_t middle = low + (high - low + 1) / 2;
        if (tlog_at(log, middle)->t <= time) {
            low = middle;
        } else {
            high = middle - 1;
        }
    }
    return low;
}

static bool tagged(struct tlog_text tag, const char *word, unsigned *hits) {
    size_t length = strlen(word), digits = length;
    if (tag.length == length && !memcmp(tag.at, word, length)) {
        return true;
    }
    while (digits && word[digits - 1] >= '0' && word[digits - 1] <= '9') {
        digits--;
    }
    bool same = digits < length && tag.length == digits && !memcmp(tag.at, word, digits);
    *hits += same;
    return same && *hits == (unsigned)atoi(word + digits);
}

/* The event that a tag names: the hit of that number. */
static uint32_t event_tagged(const struct tlog *log, const char *word, uint32_t n) {
    unsigned hits = 0;
    for (uint32_t i = 1; i <= n; i++) {
        const struct tlog_event *event = tlog_at(log, i);
        if (event->kind == TLOG_WIRE_ACT && tagged(event->u.wire.tag, word, &hits)) {
            return i;
        }
    }
    return 0;
}

static struct query_value at_point(struct asking *asking, struct query_node *node) {
    const struct tlog *log = asking->query->log;
    uint32_t n = 0;
    if (node->right->kind == QUERY_K_TAG) {
        n = event_tagged(log, node->right->text, asking->n);
    } else {
        struct query_value point = eval(asking, node->right);
        if (point.type == QUERY_EVENTS) {
            n = point.count ? point.event[0] : 0;
        } else if (point.type == QUERY_TIME || point.type == QUERY_NUMBER) {
            n = event_at(log, point.number);
        }
    }
    if (!n || n > asking->n) {
        return NOTHING;
    }
    struct asking then = {.query = asking->query, .n = n, .self = asking->self};
    return eval(&then, node->left);
}

static struct query_value first_or_last(struct query_value value, bool last) {
    if (value.type == QUERY_EVENTS) {
        return value.count ? events(value.event + (last ? value.count - 1 : 0), 1) : value;
    }
    if (value.type != QUERY_LIST) {
        return value;
    }
    if (!value.count) {
        return NOTHING;
    }
    unsigned i = last ? value.count - 1 : 0;
    if (value.word) {
        return (struct query_value){.type = QUERY_NAME, .name = value.word[i]};
    }
    return (struct query_value){
        .type = value.time ? QUERY_TIME : QUERY_NUMBER, .number = value.list[i], .sequence = value.sequence};
}

static double difference(const struct query_value *list, unsigned i) {
    double plain = list->list[i] - list->list[i - 1];
    return list->sequence ? (double)(int32_t)((uint32_t)list->list[i] - (uint32_t)list->list[i - 1]) : plain;
}

static struct query_value differences(struct query *query, const struct query_value *value) {
    struct query_value list = {.type = QUERY_LIST, .time = value->time};
    if (value->type != QUERY_LIST || value->count < 2 || !value->list) {
        return list;
    }
    double *number = scratch(query, (value->count - 1) * sizeof *number);
    for (unsigned i = 1; number && i < value->count; i++) {
        number[i - 1] = difference(value, i);
    }
    list.count = number ? value->count - 1 : 0;
    list.list = number;
    return list;
}

/* min, max, sum of a list; of one number itself. */
static struct query_value reduce(const struct query_value *value, enum query_function function) {
    if (value->type != QUERY_LIST) {
        return *value;
    }
    if (!value->count && function != QUERY_SUM) {
        return NOTHING;
    }
    double result = value->count ? value->list[0] : 0;
    for (unsigned i = 1; i < value->count; i++) {
        double one = value->list[i];
        bool below = value->sequence ? (int32_t)((uint32_t)one - (uint32_t)result) < 0 : one < result;
        if (function == QUERY_SUM) {
            result += one;
        } else if (below == (function == QUERY_MIN)) {
            result = one;
        }
    }
    return (struct query_value){
        .type = value->time ? QUERY_TIME : QUERY_NUMBER, .number = result, .sequence = value->sequence};
}

static struct query_value call(struct asking *asking, struct query_node *node) {
    struct query_value value = eval(asking, node->left);
    switch ((enum query_function)node->op) {
    case QUERY_COUNT: {
        bool many = value.type == QUERY_EVENTS || value.type == QUERY_LIST;
        return (struct query_value){.type = QUERY_NUMBER, .number = many ? value.count : value.type != QUERY_NOTHING};
    }
    case QUERY_FIRST:
    case QUERY_LAST:
        return first_or_last(value, node->op == QUERY_LAST);
    case QUERY_MIN:
    case QUERY_MAX:
    case QUERY_SUM:
        return reduce(&value, (enum query_function)node->op);
    case QUERY_DIFF:
        return differences(asking->query, &value);
    }
    return NOTHING;
}

static double calculate(double a, double b, unsigned op, bool sequence) {
    double result = op == '+' ? a + b : op == '-' ? a - b : op == '*' ? a * b : b != 0 ? a / b : 0;
    return sequence && (op == '+' || op == '-') ? (double)(uint32_t)(int64_t)result : result;
}

/* SEQ - SEQ is a distance, SEQ + n a place. */
static bool is_place(const struct query_value *a, const struct query_value *b, unsigned op) {
    return op == '-' ? a->sequence != b->sequence && a->sequence : a->sequence || b->sequence;
}

static double element(const struct query_value *value, unsigned i) {
    return value->type == QUERY_LIST ? value->list[i] : value->number;
}

static bool usable(const struct query_value *value) {
    return value->type == QUERY_NUMBER || value->type == QUERY_TIME || (value->type == QUERY_LIST && !value->word);
}

/* How many elements two values have together; a number goes with each of a list. -1: two lists that do not match. */
static int together(const struct query_value *a, const struct query_value *b) {
    bool list_a = a->type == QUERY_LIST, list_b = b->type == QUERY_LIST;
    if (list_a && list_b && a->count != b->count) {
        return -1;
    }
    return list_a ? (int)a->count : list_b ? (int)b->count : 1;
}

static void calculate_all(const struct query_value *a, const struct query_value *b, unsigned op, unsigned count,
                          double *number) {
    bool wrap = a->sequence || b->sequence, distance = a->sequence && b->sequence && op == '-';
    for (unsigned i = 0; i < count; i++) {
        number[i] = calculate(element(a, i), element(b, i), op, wrap);
        number[i] = distance ? (double)(int32_t)(uint32_t)number[i] : number[i];
    }
}

static struct query_value arithmetic(struct asking *asking, struct query_node *node) {
    struct query_value a = eval(asking, node->left), b = eval(asking, node->right);
    int count = usable(&a) && usable(&b) ? together(&a, &b) : -1;
    if (count < 0) {
        return NOTHING;
    }
    struct query_value result = {.type = (enum query_type)node->type, .sequence = is_place(&a, &b, node->op)};
    if (a.type != QUERY_LIST && b.type != QUERY_LIST) {
        calculate_all(&a, &b, node->op, 1, &result.number);
        return result;
    }
    double *number = scratch(asking->query, (size_t)count * sizeof *number);
    if (!number) {
        return NOTHING;
    }
    calculate_all(&a, &b, node->op, (unsigned)count, number);
    result.time = node->type == QUERY_TIME;
    result.type = QUERY_LIST;
    result.count = (unsigned)count;
    result.list = number;
    return result;
}

static int ordered(double a, double b, bool sequence, bool time) {
    if (sequence) {
        int32_t distance = (int32_t)((uint32_t)(int64_t)a - (uint32_t)(int64_t)b);
        return distance > 0 ? 1 : distance < 0 ? -1 : 0;
    }
    double slack = time ? 0.5e-6 : 1e-9 * fabs(a);
    return fabs(a - b) <= slack ? 0 : a < b ? -1 : 1;
}

static bool agrees(int order, enum query_compare op) {
    switch (op) {
    case QUERY_EQ:
        return order == 0;
    case QUERY_NE:
        return order != 0;
    case QUERY_LT:
        return order < 0;
    case QUERY_LE:
        return order <= 0;
    case QUERY_GT:
        return order > 0;
    case QUERY_GE:
        return order >= 0;
    }
    return false;
}

static struct tlog_text word_at(const struct query_value *value, unsigned i) {
    return value->type == QUERY_LIST ? value->word[i] : value->name;
}

static bool is_word(const struct query_value *value) {
    return value->type == QUERY_NAME || (value->type == QUERY_LIST && value->word);
}

static bool words_hold(const struct query_value *a, const struct query_value *b, unsigned count,
                       enum query_compare op) {
    for (unsigned i = 0; i < count; i++) {
        struct tlog_text x = word_at(a, i), y = word_at(b, i);
        bool same = x.length == y.length && !memcmp(x.at, y.at, x.length);
        if ((op == QUERY_EQ) != same || (op != QUERY_EQ && op != QUERY_NE)) {
            return false;
        }
    }
    return count;
}

static bool numbers_hold(const struct query_value *a, const struct query_value *b, unsigned count,
                         enum query_compare op) {
    bool sequence = a->sequence || b->sequence;
    bool time = a->type == QUERY_TIME || b->type == QUERY_TIME || a->time || b->time;
    for (unsigned i = 0; i < count; i++) {
        if (!agrees(ordered(element(a, i), element(b, i), sequence, time), op)) {
            return false;
        }
    }
    return count;
}

static struct query_value compare(struct asking *asking, struct query_node *node) {
    struct query_value a = eval(asking, node->left), b = eval(asking, node->right);
    int count = together(&a, &b);
    if (count < 0) {
        return truth(false);
    }
    if (is_word(&a) && is_word(&b)) {
        return truth(words_hold(&a, &b, (unsigned)count, (enum query_compare)node->op));
    }
    return truth(usable(&a) && usable(&b) && numbers_hold(&a, &b, (unsigned)count, (enum query_compare)node->op));
}

static struct query_value logic(struct asking *asking, struct query_node *node) {
    struct query_value left = eval(asking, node->left);
    bool holds = query_true(&left);
    if (node->kind == QUERY_K_NOT) {
        return truth(!holds);
    }
    if (holds == (node->kind == QUERY_K_OR)) {
        return truth(holds);
    }
    struct query_value right = eval(asking, node->right);
    return truth(query_true(&right));
}

static struct query_value negate(struct asking *asking, struct query_node *node) {
    struct query_value value = eval(asking, node->left);
    if (value.type != QUERY_NUMBER && value.type != QUERY_TIME) {
        return NOTHING;
    }
    value.number = -value.number;
    return value;
}

static struct query_value constant(const struct query_node *node) {
    struct query_value value = {.type = (enum query_type)node->type, .number = node->number};
    if (node->type == QUERY_NAME) {
        value.name = (struct tlog_text){node->text, (uint32_t)strlen(node->text)};
    }
    return value;
}

static struct query_value time_value(double nanoseconds) {
    return (struct query_value){.type = QUERY_TIME, .number = nanoseconds / 1e9};
}

static struct query_value value_of(struct asking *asking, struct query_node *node) {
    const struct model *model = model_of(asking);
    if (!model) {
        return NOTHING;
    }
    if (node->kind == QUERY_K_CONNS) {
        return (struct query_value){.type = QUERY_NUMBER,
                                    .number = query_conns(model, node->node, (unsigned)node->number)};
    }
    return query_node_value(model, node->node, node->op);
}

static struct query_value now(const struct asking *asking) {
    if (asking->model) {
        return time_value((double)asking->model->now);
    }
    return time_value(asking->n ? (double)tlog_at(asking->query->log, asking->n)->t : 0);
}

static struct query_value eval(struct asking *asking, struct query_node *node) {
    struct query *query = asking->query;
    switch ((enum query_kind)node->kind) {
    case QUERY_K_CONSTANT:
    case QUERY_K_TAG:
        return constant(node);
    case QUERY_K_NOW:
        return now(asking);
    case QUERY_K_MSL:
        return time_value((double)tlog_header(query->log)->msl);
    case QUERY_K_SELECT: {
        unsigned count = query_select_run(&node->select, query->log, asking->n);
        return events(node->select.found, count);
    }
    case QUERY_K_VALUE:
    case QUERY_K_CONNS:
        return value_of(asking, node);
    case QUERY_K_SELF:
        return asking->self ? query_attribute(query->log, asking->self, node->op) : NOTHING;
    case QUERY_K_ATTR:
        return attribute(asking, node);
    case QUERY_K_INDEX:
        return index_of(asking, node);
    case QUERY_K_WHERE:
        return where(asking, node);
    case QUERY_K_AT:
        return at_point(asking, node);
    case QUERY_K_CALL:
        return call(asking, node);
    case QUERY_K_ARITH:
        return arithmetic(asking, node);
    case QUERY_K_COMPARE:
        return compare(asking, node);
    case QUERY_K_NEGATE:
        return negate(asking, node);
    case QUERY_K_AND:
    case QUERY_K_OR:
    case QUERY_K_NOT:
        return logic(asking, node);
    }
    return NOTHING;
}

static void forget(struct query *query) {
    while (query->memories) {
        free(query->memory[--query->memories]);
    }
}

struct query_value query_eval(struct query *query, const struct model *model) {
    forget(query);
    struct asking asking = {.query = query, .model = model, .n = model->at};
    return eval(&asking, query->root);
}

struct query_value query_left(struct query *query, const struct model *model) {
    forget(query);
    struct asking asking = {.query = query, .model = model, .n = model->at};
    return eval(&asking, query->root->kind == QUERY_K_COMPARE ? query->root->left : query->root);
}
