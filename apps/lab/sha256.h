/* sha256.h: SHA-256 (FIPS 180-4): of predictions, of scenario files, of students' names. */
#ifndef LAB_SHA256_H
#define LAB_SHA256_H

#include <stddef.h>
#include <stdint.h>

void sha256(const void *octets, size_t length, uint8_t digest[32]);

/* The same in 64 hexadecimal digits and a NUL. */
void sha256_hex(const void *octets, size_t length, char hex[65]);

#endif
