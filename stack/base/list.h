/* list.h: a doubly linked list whose links lie inside the listed objects.
 *
 * An object is a member of a list through a struct list_node among its fields; CONTAINER_OF leads back from the node to
 * the object. Nothing is allocated, and removal needs no search. The ends are NULL: a list head holds no pointer to
 * itself, so it may be copied or moved as a value. A zeroed head is an empty list; a zeroed node is in none.
 *
 *     for (struct list_node *node = list.first; node != NULL; node = node->next) {
 *         struct thing *thing = CONTAINER_OF(node, struct thing, node);
 *     }
 */
#ifndef BASE_LIST_H
#define BASE_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct list_node {
    struct list_node *next, *prev;
};

struct list {
    struct list_node *first, *last;
};

/* The object of this type whose field `member` is at address node. */
#define CONTAINER_OF(node, type, member) ((type *)(void *)((uint8_t *)(node)-offsetof(type, member)))

static inline bool list_empty(const struct list *list) {
    return list->first == NULL;
}

/* The node must not be in a list yet. */
static inline void list_push_back(struct list *list, struct list_node *node) {
    node->next = NULL;
    node->prev = list->last;
    if (list->last != NULL) {
        list->last->next = node;
    } else {
        list->first = node;
    }
    list->last = node;
}

/* Puts a node that is in no list behind one that is in this list. */
static inline void list_insert_after(struct list *list, struct list_node *before, struct list_node *node) {
    node->prev = before;
    node->next = before->next;
    if (before->next != NULL) {
        before->next->prev = node;
    } else {
        list->last = node;
    }
    before->next = node;
}

/* The node must be in this list; its links are cleared. */
static inline void list_remove(struct list *list, struct list_node *node) {
    if (node->prev != NULL) {
        node->prev->next = node->next;
    } else {
        list->first = node->next;
    }
    if (node->next != NULL) {
        node->next->prev = node->prev;
    } else {
        list->last = node->prev;
    }
    node->next = NULL;
    node->prev = NULL;
}

/* Takes the first node out and returns it; NULL when the list is empty. */
static inline struct list_node *list_pop_front(struct list *list) {
    struct list_node *node = list->first;
    if (node != NULL) {
        list_remove(list, node);
    }
    return node;
}

#endif
