/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the reports: the formats, and what they share. */
#pragma once

#include <conformance/evidence/report.h>
