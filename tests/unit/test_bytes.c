/* test_bytes.c: base/bytes.h: network order, block functions, and the lists of base/list.h. */
#include "base/bytes.h"
#include "base/list.h"
#include "unit.h"

START_TEST(numbers_are_in_network_order) {
    uint8_t octets[6] = {0};
    put16(octets + 1, 0xabcd);
    ck_assert_int_eq(octets[1], 0xab);
    ck_assert_int_eq(octets[2], 0xcd);
    ck_assert_uint_eq(get16(octets + 1), 0xabcd);
    put32(octets + 1, 0x89abcdefu);
    static const uint8_t expected[6] = {0, 0x89, 0xab, 0xcd, 0xef, 0};
    ck_assert_mem_eq(octets, expected, 6);
    ck_assert_uint_eq(get32(octets + 1), 0x89abcdefu);
}
END_TEST

START_TEST(every_16_bit_number_returns) {
    uint8_t octets[2];
    for (uint32_t value = 0; value <= 0xffff; value++) {
        put16(octets, (uint16_t)value);
        EXPECT(get16(octets) == value);
    }
}
END_TEST

START_TEST(nothing_may_come_from_nowhere) {
    copy_octets(NULL, NULL, 0);
    zero_octets(NULL, 0);
    ck_assert(equal_octets(NULL, NULL, 0));
    ck_assert(equal_octets("ab", "ac", 1));
    ck_assert(!equal_octets("ab", "ac", 2));
}
END_TEST

START_TEST(least_and_greatest) {
    ck_assert_uint_eq(min_u32(1, UINT32_MAX), 1);
    ck_assert_uint_eq(max_u32(1, UINT32_MAX), UINT32_MAX);
    ck_assert(min_u64(UINT64_MAX, 2) == 2 && max_u64(UINT64_MAX, 2) == UINT64_MAX);
    ck_assert(min_size(3, 3) == 3);
}
END_TEST

struct item {
    int number;
    struct list_node node;
};

static void expect_order(const struct list *list, const char *order) {
    const struct list_node *before = NULL;
    for (struct list_node *node = list->first; node; node = node->next) {
        ck_assert(*order != '\0');
        ck_assert_int_eq(CONTAINER_OF(node, struct item, node)->number, *order++ - '0');
        ck_assert_ptr_eq(node->prev, before);
        before = node;
    }
    ck_assert(*order == '\0');
    ck_assert_ptr_eq(list->last, before);
}

START_TEST(list_keeps_its_order) {
    struct item items[4] = {{.number = 0}, {.number = 1}, {.number = 2}, {.number = 3}};
    struct list list = {0};
    ck_assert(list_empty(&list));
    ck_assert_ptr_null(list_pop_front(&list));
    list_push_back(&list, &items[0].node);
    list_push_back(&list, &items[1].node);
    list_push_back(&list, &items[2].node);
    list_push_back(&list, &items[3].node);
    expect_order(&list, "0123");
    list_remove(&list, &items[1].node);
    expect_order(&list, "023");
    list_remove(&list, &items[3].node);
    expect_order(&list, "02");
    ck_assert_ptr_eq(list_pop_front(&list), &items[0].node);
    expect_order(&list, "2");
    list_remove(&list, &items[2].node);
    ck_assert(list_empty(&list));
    expect_order(&list, "");
}
END_TEST

int main(void) {
    TCase *tests;
    Suite *suite = unit_suite("bytes", &tests);
    tcase_add_test(tests, numbers_are_in_network_order);
    tcase_add_test(tests, every_16_bit_number_returns);
    tcase_add_test(tests, nothing_may_come_from_nowhere);
    tcase_add_test(tests, least_and_greatest);
    tcase_add_test(tests, list_keeps_its_order);
    return unit_run(suite);
}
