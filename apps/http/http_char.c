/* http_char.c: the table of http_char.h. Each number is a sum of enum http_char; tests/unit/test_http_parser.c says
 * again, in words of the grammar, what it must be.
 */
#include "http/http_char.h"

/* clang-format off */
const uint8_t http_char_table[256] = {
    /* control characters */
     0,  0,  0,  0,  0,  0,  0,  0,  0,  2,  0,  0,  0,  0,  0,  0,
     0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,
    /* SP ! " # $ % & ' ( ) * + , - . / */
     2, 15,  6,  3, 15, 15, 15, 15, 14, 14, 15, 15, 14, 15, 15,  6,
    /* 0 to 9 : ; < = > ? */
    63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 14, 14,  6, 14,  6,  6,
    /* @ A to O */
     6, 47, 47, 47, 47, 47, 47, 15, 15, 15, 15, 15, 15, 15, 15, 15,
    /* P to Z [ \ ] ^ _ */
    15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 14,  6, 14,  7, 15,
    /* ` a to o */
     7, 47, 47, 47, 47, 47, 47, 15, 15, 15, 15, 15, 15, 15, 15, 15,
    /* p to z { | } ~ DEL */
    15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15,  6,  7,  6, 15,  0,
    /* obs-text */
     2,  2,  2,  2,  2,  2,  2,  2,  2,  2,  2,  2,  2,  2,  2,  2,
     2,  2,  2,  2,  2,  2,  2,  2,  2,  2,  2,  2,  2,  2,  2,  2,
     2,  2,  2,  2,  2,  2,  2,  2,  2,  2,  2,  2,  2,  2,  2,  2,
     2,  2,  2,  2,  2,  2,  2,  2,  2,  2,  2,  2,  2,  2,  2,  2,
     2,  2,  2,  2,  2,  2,  2,  2,  2,  2,  2,  2,  2,  2,  2,  2,
     2,  2,  2,  2,  2,  2,  2,  2,  2,  2,  2,  2,  2,  2,  2,  2,
     2,  2,  2,  2,  2,  2,  2,  2,  2,  2,  2,  2,  2,  2,  2,  2,
     2,  2,  2,  2,  2,  2,  2,  2,  2,  2,  2,  2,  2,  2,  2,  2,
};
/* clang-format on */

bool http_char_number(const uint8_t *octets, size_t length, uint64_t most, uint64_t *number) {
    *number = 0;
    for (size_t i = 0; i < length; i++) {
        unsigned digit = octets[i] - (unsigned)'0';
        if (!http_char_is(octets[i], HTTP_CHAR_DIGIT) || digit > most || *number > (most - digit) / 10) {
            return false;
        }
        *number = *number * 10 + digit;
    }
    return length > 0;
}
