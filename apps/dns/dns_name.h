/* dns_name.h: names of the domain name system, as they stand in messages. RFC 1035 3.1, 4.1.4.
 *
 * A name is a row of labels, each a length and that many octets, up to one of length 0: "\3www\3lab\4test\0". In a
 * message the rest of a name may be a pointer to where it stood before. Here a name is always whole, without pointers.
 * Upper and lower case are the same name, and are kept as they came (2.3.3).
 */
#ifndef DNS_NAME_H
#define DNS_NAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DNS_NAMES_FROM 12  /* octets: the header, before the first name */
#define DNS_NAME_MAX 255   /* octets with the final 0, RFC 1035 2.3.4 */
#define DNS_LABEL_MAX 63   /* octets of a label, RFC 1035 2.3.4 */
#define DNS_NAME_TEXT 1024 /* room for the longest name as text: each octet as \DDD, and a NUL */

struct dns_name {
    uint8_t length; /* octets in use; 1: the root */
    uint8_t octet[DNS_NAME_MAX];
};

/* Reads the name that begins at *at of a message, and sets *at to what follows it. Pointers lead backwards only, each
 * further than the one before, so that none can lead in a circle, and never into the header, where no name stands.
 * Returns NULL, or what is wrong with it; *at is then at the label that is wrong. */
const char *dns_name_read(const uint8_t *message, size_t length, size_t *at, struct dns_name *name);

/* Reads "www.lab.test", with or without a final dot. \DDD and \X as in RFC 1035 5.1. False: it is no name. */
bool dns_name_parse(const char *text, struct dns_name *name);

/* Writes it as text, without a final dot; "." for the root. Octets that would mean something else are escaped. */
char *dns_name_format(const struct dns_name *name, char text[DNS_NAME_TEXT]);

/* The same name, in any case. */
bool dns_name_equal(const struct dns_name *a, const struct dns_name *b);

/* For sorting: 0 for the same name, else below or above 0. */
int dns_name_compare(const struct dns_name *a, const struct dns_name *b);

/* Is it the zone's name, or below it? Then *at (unless NULL) is set to where in it the zone's name begins. */
bool dns_name_within(const struct dns_name *name, const struct dns_name *zone, size_t *at);

/* Puts the labels of one name in front of another. False: it would be too long. */
bool dns_name_join(const struct dns_name *front, const struct dns_name *back, struct dns_name *whole);

#endif
