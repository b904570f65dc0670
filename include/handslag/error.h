/* SPDX-License-Identifier: Apache-2.0 */
/* Status codes and the error object that says what went wrong, where, and what would be right.
 *
 * Functions return enum hs_status and take `struct hs_error *err` as their last parameter, owned by the
 * caller and never NULL. Outputs are untouched on failure. Library code does not log. */
#pragma once

#include <handslag/slice.h>

enum hs_status {
	HS_OK = 0,
	HS_ERROR_FIRST_ = -1000,
#define X(name, http, issue, text) HS_E_##name,
#include <handslag/errors.def>
#undef X
	HS_ERROR_END_
};

struct hs_error {
	enum hs_status status;
	int cause;         /* errno, SQLite or OpenSSL code beneath, or 0 */
	const char *where; /* static: the part of the program that noticed, for example "json" */
	uint32_t line;     /* position in the input, from 1; 0 when unknown */
	uint32_t column;   /* in UTF-16 units, from 1 (place.h) */
	char path[160];    /* FHIRPath of the element, "" when it has none */
	char text[360];    /* one sentence for the sender: what is wrong and what would be right */
};

/* Fills `err` and returns `status`, so that `return hs_fail(err, HS_E_VALUE, "...")` reads well. */
enum hs_status hs_fail(struct hs_error *err, enum hs_status status, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* The same for an element; `path` is cut at the size of err->path. */
enum hs_status hs_fail_at(struct hs_error *err, enum hs_status status, struct hs_slice path,
	const char *format, ...) __attribute__((format(printf, 4, 5)));

/* From the table in errors.def. */
const char *hs_status_text(enum hs_status status);  /* "there is no such thing here" */
const char *hs_status_issue(enum hs_status status); /* FHIR issue type */
int hs_status_http(enum hs_status status);          /* 200 for HS_OK */

/* Programming mistakes stop the process, in release builds too. Nothing from the network may reach one. */
#define HS_ASSERT(condition) \
	((condition) ? (void)0 : hs_assert_failed(#condition, __FILE__, __LINE__, __func__))
void hs_assert_failed(const char *condition, const char *file, int line, const char *function)
	__attribute__((noreturn));
