/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the directory share: its settings and its rules. */
#pragma once

#include <handslag/service.h>

struct directory {
	bool check_identifiers; /* setting "check-identifiers" */
	bool check_hierarchy;   /* setting "check-hierarchy" */
};

/* Each looks at event->resource, adds an issue for what it finds, and is silent about types it does not know.
 */
void hs_directory_check_identifiers(const struct hs_write_event *event, struct hs_issues *issues);
void hs_directory_check_periods(const struct hs_write_event *event, struct hs_issues *issues);
void hs_directory_check_position(const struct hs_write_event *event, struct hs_issues *issues);
void hs_directory_check_hierarchy(const struct hs_write_event *event, struct hs_issues *issues);
void hs_directory_check_mcsd(const struct hs_write_event *event, struct hs_issues *issues);
